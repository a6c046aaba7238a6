// One trade among many of a batch or a stream: from its request to a command,
// and from the engine's answer to its result.

#ifndef SKONTRO_SERVER_TRADE_ITEM_H_
#define SKONTRO_SERVER_TRADE_ITEM_H_

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/decider.h"
#include "server/call.h"
#include "server/error.h"
#include "server/trade_answer.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server {

// What came of it.
struct ItemAnswer {
  std::vector<Refusal> form;  // If not empty nobody was asked.
  absl::StatusOr<engine::Answer> answer = absl::UnknownError("");
};

// Refuses what may not be in an item, whatever the method.
void CheckItem(const v1::CreateTradeRequest& item, std::string_view parent,
               Form* form);

// The command of an item that has a request id of its own, the same as that of
// CreateTrade; nothing where its form is wrong, which `answer` then says.
std::optional<engine::Command> ItemCommand(const Backend& backend,
                                           const Place& place,
                                           std::string_view parent,
                                           const v1::CreateTradeRequest& item,
                                           ItemAnswer* answer);

// Writes results out of one view, which includes all of their answers.
//
// Thread safety: of one thread.
class ItemWriter {
 public:
  // All must outlive it. `method` is for the log.
  ItemWriter(const Backend* backend, std::string_view method,
             const Network* network)
      : backend_(*backend),
        method_(method),
        network_(*network),
        view_(network->engine().view()),
        trades_(network->terms(), *view_.snapshot),
        records_(view_.snapshot) {}

  // `Result` is a message with `response` or `error`.
  template <typename Result>
  void Write(const v1::CreateTradeRequest& item, const ItemAnswer& answer,
             Result* out) {
    const absl::Status status = TryWrite(item, answer, out);
    if (status.ok()) return;
    // Also what only the log may say is reported once for each item.
    Report(backend_, method_, status);
    *out->mutable_error() = ToRpcStatus(status);
  }

  // The newest record that was written about; that of the view if there is
  // none.
  ledger::Sequence sequence() const {
    return newest_ == ledger::Sequence{0} ? view_.sequence : newest_;
  }

 private:
  template <typename Result>
  absl::Status TryWrite(const v1::CreateTradeRequest& item,
                        const ItemAnswer& answer, Result* out) {
    if (!answer.form.empty()) {
      *out->mutable_error() = ToRpcStatus(std::span(answer.form));
      return absl::OkStatus();
    }
    if (!answer.answer.ok()) return answer.answer.status();
    newest_ = std::max(newest_, answer.answer->sequence);
    if (!answer.answer->refusals.empty()) {
      *out->mutable_error() = ToRpcStatus(std::span(answer.answer->refusals));
      return absl::OkStatus();
    }
    return WriteCreated(network_.terms(), *answer.answer, item, &trades_,
                        &records_, out->mutable_response());
  }

  const Backend& backend_;
  const std::string_view method_;
  const Network& network_;
  const ledger::ReadView view_;
  TradeReader trades_;
  RecordReader records_;
  ledger::Sequence newest_{};
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_TRADE_ITEM_H_
