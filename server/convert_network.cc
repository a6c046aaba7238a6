#include "server/convert_network.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/index_reader.h"
#include "engine/national_value.h"
#include "ledger/base/limits.h"
#include "ledger/base/status.h"
#include "server/convert_amount.h"
#include "server/currency.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

constexpr int kUnitDecimalsMax = 4;
constexpr size_t kTimeZoneLengthMax = 64;
constexpr char kUtc[] = "UTC";

bool IsCurrencyCode(std::string_view code) {
  return code.size() == 3 && std::all_of(code.begin(), code.end(), [](char c) {
           return c >= 'A' && c <= 'Z';
         });
}

// Whether a zone is one of the IANA database. The loader would also take paths
// and names that mean something else on each machine.
bool IsTimeZone(std::string_view name) {
  const bool well_formed =
      !name.empty() && name.size() <= kTimeZoneLengthMax &&
      absl::ascii_isupper(static_cast<unsigned char>(name.front())) &&
      !name.starts_with("Fixed/") &&
      std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' ||
               c == '_' || c == '-' || c == '+';
      });
  absl::TimeZone zone;
  return well_formed && absl::LoadTimeZone(std::string(name), &zone);
}

void ReadUnit(const v1::Network& network, engine::NetworkCreated* terms,
              Form* form) {
  terms->unit_code = network.unit_code();
  if (!IsCurrencyCode(network.unit_code()) ||
      IsReservedUnitCode(network.unit_code())) {
    form->Refuse("network.unit_code", network.unit_code(),
                 "three capital letters that ISO 4217 gives to no national "
                 "currency, nor to another network (CHE, CHW)");
  }
  terms->unit_decimals = network.unit_decimals();
  if (network.unit_decimals() < 0 ||
      network.unit_decimals() > kUnitDecimalsMax) {
    form->Refuse("network.unit_decimals", network.unit_decimals(), "0 to 4");
    terms->unit_decimals = 0;
  }
  terms->peg_currency = network.peg_currency_code();
  const std::optional<int> decimals =
      CurrencyDecimals(network.peg_currency_code());
  if (!decimals.has_value()) {
    form->Refuse("network.peg_currency_code", network.peg_currency_code(),
                 "the ISO 4217 code of a national currency, such as EUR");
  }
  terms->peg_decimals = decimals.value_or(0);
  terms->parity = engine::ParityOf(terms->unit_decimals, terms->peg_decimals);
}

void ReadDefaults(const v1::Network& network, engine::NetworkCreated* terms,
                  Form* form) {
  const int64_t line = network.default_credit_line().minor_units();
  if (line < 0 || line > kAmountMax) {
    form->Refuse("network.default_credit_line.minor_units", line,
                 std::string(absl::StrCat("0 to ", kAmountMax)));
  }
  terms->default_credit_line = ledger::Amount::FromMinorUnits(line);
  int64_t limit = network.default_balance_limit().minor_units();
  if (limit == 0) limit = kAmountMax;
  if (limit < 0 || limit > kAmountMax) {
    form->Refuse("network.default_balance_limit.minor_units", limit,
                 std::string(absl::StrCat("1 to ", kAmountMax,
                                          ", or 0 for the largest")));
  }
  terms->default_balance_limit = ledger::Amount::FromMinorUnits(limit);
}

}  // namespace

engine::NetworkCreated ReadNetwork(const v1::CreateNetworkRequest& request,
                                   Form* form) {
  engine::NetworkCreated terms;
  form->Require("network", request.has_network());
  const v1::Network& network = request.network();
  terms.id = request.network_id();
  form->Id("network_id", request.network_id());
  form->RequestId(request.request_id());
  terms.display_name = network.display_name();
  form->Text("network.display_name", network.display_name(), 1, kNameLengthMax);
  ReadUnit(network, &terms, form);
  terms.time_zone = network.time_zone().empty() ? kUtc : network.time_zone();
  if (!IsTimeZone(terms.time_zone)) {
    form->Refuse("network.time_zone", network.time_zone(),
                 "an IANA time zone, such as Europe/Brussels");
  }
  ReadDefaults(network, &terms, form);
  return terms;
}

void WriteTerms(const engine::NetworkCreated& terms, v1::Network* out) {
  out->set_name(NetworkName(terms.id));
  out->set_display_name(terms.display_name);
  out->set_unit_code(terms.unit_code);
  out->set_unit_decimals(terms.unit_decimals);
  out->set_peg_currency_code(terms.peg_currency);
  out->set_peg_currency_decimals(terms.peg_decimals);
  WriteRate(terms.parity, out->mutable_parity());
  out->set_state(v1::Network::ACTIVE);
  out->set_time_zone(terms.time_zone);
  WriteAmount(terms.default_credit_line, out->mutable_default_credit_line());
  WriteAmount(terms.default_balance_limit,
              out->mutable_default_balance_limit());
}

absl::Status WriteNetwork(const Network& network, const ledger::ReadView& view,
                          v1::Network* out) {
  WriteTerms(network.terms(), out);
  WriteTime(network.genesis().time_us, out->mutable_create_time());
  const ledger::NetworkUid& uid = network.engine().uid();
  out->set_uid(uid.data(), uid.size());
  SKONTRO_ASSIGN_OR_RETURN(const engine::PoliciesAsOf found,
                           engine::PoliciesAt(*view.snapshot, view.sequence));
  out->set_state(found.row.set.policies.archived() ? v1::Network::ARCHIVED
                                                   : v1::Network::ACTIVE);
  return absl::OkStatus();
}

}  // namespace skontro::server
