#include "server/trade_item.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace skontro::server {

void CheckItem(const v1::CreateTradeRequest& item, std::string_view parent,
               Form* form) {
  if (!item.parent().empty() && item.parent() != parent) {
    form->Refuse("parent", item.parent(),
                 absl::StrCat("empty, or ",
                              absl::string_view(parent.data(), parent.size()),
                              " as in the batch"));
  }
  if (item.validate_only()) {
    form->Refuse("validate_only", "true",
                 "false; CreateTrade previews one trade");
  }
}

std::optional<engine::Command> ItemCommand(const Backend& backend,
                                           const Place& place,
                                           std::string_view parent,
                                           const v1::CreateTradeRequest& item,
                                           ItemAnswer* answer) {
  Form form;
  CheckItem(item, parent, &form);
  engine::CreateTrade body = ReadTrade(item, place.network->id(), &form);
  form.RequestId(item.request_id());
  if (!form.ok()) {
    answer->form = form.refusals();
    return std::nullopt;
  }
  body.description = Salted(std::move(body.description.text));
  engine::Command command =
      NewCommand(backend, place, "TradeService.CreateTrade", item);
  command.body = std::move(body);
  return command;
}

}  // namespace skontro::server
