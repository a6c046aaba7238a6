#include "cli/network_view.h"

#include "absl/strings/str_cat.h"
#include "cli/resource_name.h"
#include "cli/session.h"
#include "cli/wire_text.h"

namespace skontro::cli {
namespace {

using v1::Network;

// Nothing of a server that does not say.
std::string StateText(const Network& network) {
  switch (network.state()) {
    case Network::ACTIVE:
      return "active";
    case Network::ARCHIVED:
      return "archived";
    default:
      return "";
  }
}

std::vector<Column<Network>> Columns() {
  const CellKind number = CellKind::kNumber;
  const Place detail = Place::kDetail;
  return {
      {.key = "network",
       .title = "Network",
       .value = [](const Network& n) { return ShortName(n.name()); }},
      {.key = "display_name",
       .title = "Name",
       .value = [](const Network& n) { return n.display_name(); }},
      {.key = "unit_code",
       .title = "Unit",
       .value = [](const Network& n) { return n.unit_code(); }},
      {.key = "unit_decimals",
       .title = "Decimals",
       .kind = number,
       .value =
           [](const Network& n) { return absl::StrCat(n.unit_decimals()); }},
      {.key = "peg_currency_code",
       .title = "Peg",
       .value = [](const Network& n) { return n.peg_currency_code(); }},
      {.key = "parity",
       .title = "Parity",
       .place = detail,
       .value =
           [](const Network& n) {
             return absl::StrCat(n.parity().numerator(), "/",
                                 n.parity().denominator());
           }},
      {.key = "state",
       .title = "State",
       .value = [](const Network& n) { return StateText(n); }},
      {.key = "time_zone",
       .title = "Time zone",
       .value = [](const Network& n) { return n.time_zone(); }},
      {.key = "default_credit_line",
       .title = "Default line",
       .kind = number,
       .place = detail,
       .value =
           [](const Network& n) {
             return UnitNumber(n.default_credit_line().minor_units(),
                               UnitOf(n));
           }},
      {.key = "default_balance_limit",
       .title = "Default limit",
       .kind = number,
       .place = detail,
       .value =
           [](const Network& n) {
             return UnitNumber(n.default_balance_limit().minor_units(),
                               UnitOf(n));
           }},
      {.key = "create_time",
       .title = "Created",
       .kind = number,
       .place = detail,
       .value = [](const Network& n) { return TimeText(n.create_time()); }},
      {.key = "uid",
       .title = "Uid",
       .place = detail,
       .value = [](const Network& n) { return HexText(n.uid()); }},
  };
}

void Members(const Network& network, JsonWriter* json) {
  const Unit unit = UnitOf(network);
  json->String("name", network.name());
  json->String("display_name", network.display_name());
  json->String("unit_code", network.unit_code());
  json->Number("unit_decimals", network.unit_decimals());
  json->String("peg_currency_code", network.peg_currency_code());
  json->Number("peg_currency_decimals", network.peg_currency_decimals());
  WriteRate("parity", network.parity(), json);
  json->String("time_zone", network.time_zone());
  WriteAmount("default_credit_line", network.default_credit_line(), unit, json);
  WriteAmount("default_balance_limit", network.default_balance_limit(), unit,
              json);
  json->String("create_time", TimeText(network.create_time()));
  json->String("uid", HexText(network.uid()));
  json->String("state", StateText(network));
}

}  // namespace

View<Network> NetworkView() {
  return {.singular = "network",
          .plural = "networks",
          .columns = Columns(),
          .members = Members};
}

}  // namespace skontro::cli
