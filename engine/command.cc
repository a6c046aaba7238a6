#include "engine/command.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/national_value.h"
#include "ledger/base/limits.h"

namespace skontro::engine {
namespace {

std::string Number(int64_t value) { return absl::StrCat(value); }

// What NormaliseInvoiceNumber() drops.
bool IsBlank(char c) {
  return absl::ascii_isspace(static_cast<unsigned char>(c));
}

// Collects what is wrong with the form of one trade.
class TradeForm {
 public:
  TradeForm(const NetworkCreated& terms, std::string prefix,
            std::vector<Refusal>* refusals)
      : terms_(terms), prefix_(std::move(prefix)), refusals_(refusals) {}

  void Check(CreateTrade* trade, CivilDate booking_date) {
    if (IsServerTradeId(trade->trade_id)) {
      Refuse("trade_id", trade->trade_id,
             "an id that is not 't' and digits; those are the server's");
    }
    if (trade->seller == trade->buyer) {
      Refuse("trade.buyer", trade->buyer, "another member than the seller");
    }
    const bool units_known = CheckUnits(trade);
    const bool cash_known = CheckCash(*trade);
    if (trade->invoice.has_value()) {
      CheckInvoice(&*trade->invoice, *trade, units_known && cash_known,
                   booking_date);
    }
    if (trade->holds && trade->initiator != Initiator::kBuyer) {
      Refuse("trade.hold", "a hold",
             "absent but in a trade of its buyer; the buyer of a requested "
             "trade authorises it");
    }
  }

 private:
  void Refuse(std::string_view field, std::string_view value,
              std::string_view allowed) {
    refusals_->push_back(
        FieldInvalid(prefix_ + std::string(field), value, allowed));
  }

  // Sets the national value. Returns whether there is one.
  bool CheckUnits(CreateTrade* trade) {
    trade->national_value = 0;
    const int64_t units = trade->units.minor_units();
    if (units <= 0 || units > kAmountMax) {
      Refuse("trade.unit_leg.minor_units", Number(units),
             absl::StrCat("1 to ", kAmountMax));
      return false;
    }
    const std::optional<int64_t> value =
        NationalValue(trade->units, terms_.parity);
    if (!value.has_value()) {
      Refuse("trade.unit_leg.minor_units", Number(units),
             "an amount whose national value is at most 10^15 minor units");
      return false;
    }
    trade->national_value = *value;
    return true;
  }

  // Returns whether the amount may be counted with.
  bool CheckCash(const CreateTrade& trade) {
    const bool known = trade.cash >= 0 && trade.cash <= kAmountMax;
    if (!known) {
      Refuse("trade.cash_leg.minor_units", Number(trade.cash),
             absl::StrCat("0 to ", kAmountMax));
    }
    if (!trade.cash_currency.empty() &&
        trade.cash_currency != terms_.peg_currency) {
      Refuse("trade.cash_leg.currency_code", trade.cash_currency,
             terms_.peg_currency);
    }
    return known;
  }

  // What depends on an amount that is refused already is not checked: the
  // refusal would tell of a consequence as if it were another mistake.
  void CheckInvoice(Invoice* invoice, const CreateTrade& trade, bool legs_known,
                    CivilDate booking_date) {
    if (std::all_of(invoice->number.begin(), invoice->number.end(), IsBlank)) {
      Refuse("trade.invoice.number", invoice->number,
             "a number of 1 to 64 printable characters");
    }
    if (!invoice->issue_date.has_value()) invoice->issue_date = booking_date;
    // An event with a day of no usable year could not be read back.
    if (!ledger::IsUsableDate(invoice->issue_date.ymd())) {
      Refuse("trade.invoice.issue_date", FormatDate(invoice->issue_date),
             "a day from 1900 to 9999");
    }
    bool gross_known = invoice->gross != 0;
    if (invoice->prepaid < 0 || invoice->prepaid > kAmountMax) {
      Refuse("trade.invoice.prepaid_minor_units", Number(invoice->prepaid),
             absl::StrCat("0 to ", kAmountMax));
    } else if (legs_known) {
      // Three legs of at most 10^15 each: no overflow.
      const int64_t legs = trade.national_value + trade.cash + invoice->prepaid;
      if (!gross_known) invoice->gross = legs;
      gross_known = true;
      if (invoice->gross != legs) {
        Refuse("trade.invoice.gross_minor_units", Number(invoice->gross),
               absl::StrCat(legs, ", which is prepaid ", invoice->prepaid,
                            " plus national value of the units ",
                            trade.national_value, " plus cash ", trade.cash));
      }
    }
    CheckTaxLines(*invoice, gross_known);
  }

  void CheckTaxLines(const Invoice& invoice, bool gross_known) {
    bool lines_known = !invoice.tax_lines.empty();
    int64_t total = 0;
    for (size_t i = 0; i < invoice.tax_lines.size(); ++i) {
      const TaxLine& line = invoice.tax_lines[i];
      if (CheckTaxLine(line, i)) {
        total += line.base + line.tax;  // 32 lines of at most 2 * 10^15.
      } else {
        lines_known = false;
      }
    }
    if (lines_known && gross_known && total != invoice.gross) {
      Refuse("trade.invoice.tax_lines", Number(total),
             absl::StrCat("lines whose bases and taxes add up to the gross ",
                          invoice.gross));
    }
  }

  // Returns whether the line may be counted with.
  bool CheckTaxLine(const TaxLine& line, size_t index) {
    const auto refuse = [&](std::string_view field, int64_t value,
                            std::string_view allowed) {
      Refuse(absl::StrCat("trade.invoice.tax_lines[", index, "].",
                          absl::string_view(field.data(), field.size())),
             Number(value), allowed);
    };
    const size_t before = refusals_->size();
    if (line.rate_ppm < 0 || line.rate_ppm > 1'000'000) {
      refuse("rate_ppm", line.rate_ppm, "0 to 1000000");
    }
    if (line.base > kAmountMax || line.base < -kAmountMax) {
      refuse("base_minor_units", line.base, "at most 10^15 either way");
    }
    if (refusals_->size() == before &&
        !IsTaxOf(line.tax, line.base, line.rate_ppm, terms_.peg_decimals)) {
      refuse("tax_minor_units", line.tax,
             "base times rate, less than one currency unit away");
    }
    return refusals_->size() == before;
  }

  const NetworkCreated& terms_;
  const std::string prefix_;
  std::vector<Refusal>* const refusals_;
};

// A group takes one batch of the journal for itself, so it must fit in one.
void PrepareGroup(const NetworkCreated& terms, CivilDate booking_date,
                  CreateTrades* group, std::vector<Refusal>* refusals) {
  if (group->trades.empty() || group->trades.size() > kGroupItemsMax) {
    refusals->push_back(
        FieldInvalid("requests", absl::StrCat(group->trades.size(), " items"),
                     absl::StrCat("1 to ", kGroupItemsMax, " items")));
    return;
  }
  for (size_t i = 0; i < group->trades.size(); ++i) {
    TradeForm(terms, absl::StrCat("requests[", i, "]."), refusals)
        .Check(&group->trades[i], booking_date);
  }
}

// The place of the kind of command, from 1; several methods that have one kind
// of command are told apart by what is above that.
uint64_t KindOf(const CommandBody& body) {
  constexpr uint64_t kMethods = 1'000;
  const uint64_t kind = body.index() + 1;
  if (const auto* set = std::get_if<SetWebhookState>(&body)) {
    return kind + kMethods * static_cast<uint64_t>(set->state);
  }
  if (const auto* update = std::get_if<UpdatePolicies>(&body)) {
    for (const auto& [policy, value] : update->changes) {
      if (policy != Policy::kArchived) continue;
      return kind + kMethods * (value == 0 ? 1 : 2);
    }
  }
  return kind;
}

// Adds the kind of the request to its fields: the same words asked of another
// method are another request.
void AddKind(Command* command) {
  std::vector<ledger::FieldHash>& fields = command->request_fields;
  if (!fields.empty() && fields.front().number == kKindField) return;
  fields.insert(fields.begin(), {kKindField, KindOf(command->body)});
}

// Whether the day is past is the rule's affair: a request that is sent again
// later gets its first answer.
void PrepareStatus(const ChangeMemberStatus& change,
                   std::vector<Refusal>* refusals) {
  const CivilDate last = change.wind_down_date;
  const auto refuse = [&](std::string_view allowed) {
    refusals->push_back(FieldInvalid(
        "wind_down_date", last.has_value() ? FormatDate(last) : "", allowed));
  };
  if (change.status != MemberStatus::kClosing) {
    if (last.has_value()) refuse("absent but with CLOSING");
  } else if (!last.has_value() || !ledger::IsUsableDate(last.ymd())) {
    refuse("with CLOSING a day, today or later");
  }
}

void PrepareSettlement(const SettleTrade& settle,
                       std::vector<Refusal>* refusals) {
  if (!settle.units.has_value()) return;
  const int64_t units = settle.units->minor_units();
  if (units > 0 && units <= kAmountMax) return;
  refusals->push_back(FieldInvalid("units.minor_units", Number(units),
                                   absl::StrCat("1 to ", kAmountMax)));
}

void PrepareLimits(const SetCreditLine& set, std::vector<Refusal>* refusals) {
  const int64_t line = set.credit_line.minor_units();
  if (line < 0 || line > kAmountMax) {
    refusals->push_back(FieldInvalid("credit_line.credit_line.minor_units",
                                     Number(line),
                                     absl::StrCat("0 to ", kAmountMax)));
  }
  if (!set.balance_limit.has_value()) return;
  const int64_t limit = set.balance_limit->minor_units();
  if (limit <= 0 || limit > kAmountMax) {
    refusals->push_back(FieldInvalid("credit_line.balance_limit.minor_units",
                                     Number(limit),
                                     absl::StrCat("1 to ", kAmountMax)));
  }
}

// The most members that one key may be limited to.
constexpr size_t kKeyMembersMax = 1'024;

void CheckKeyAmount(std::string_view field, Amount amount, bool allowed,
                    std::vector<Refusal>* refusals) {
  const int64_t units = amount.minor_units();
  if (units == 0) return;
  if (!allowed) {
    refusals->push_back(
        FieldInvalid(field, Number(units), "absent for this role"));
  } else if (units < 0 || units > kAmountMax) {
    refusals->push_back(
        FieldInvalid(field, Number(units), absl::StrCat("1 to ", kAmountMax)));
  }
}

void CheckKeyTime(std::string_view field, int64_t expire_time_us,
                  int64_t time_us, std::vector<Refusal>* refusals) {
  if (expire_time_us == 0 || expire_time_us > time_us) return;
  refusals->push_back(
      FieldInvalid(field, Number(expire_time_us), "a time to come, or absent"));
}

void PrepareKey(const CreateApiKey& key, int64_t time_us,
                std::vector<Refusal>* refusals) {
  if (key.identity == kLocalIdentity) {
    refusals->push_back(FieldInvalid("api_key.identity", key.identity,
                                     "an identity that is not `local`"));
  }
  size_t least = 0;
  size_t most = 0;
  if (IsScoped(key.role)) {
    least = 1;
    most = key.role == Role::kMemberUser ? 1 : kKeyMembersMax;
  }
  if (key.members.size() < least || key.members.size() > most) {
    refusals->push_back(FieldInvalid(
        "api_key.members", absl::StrCat(key.members.size(), " members"),
        absl::StrCat(least, " to ", most, " for the role ",
                     std::string(RoleName(key.role)))));
  }
  std::vector<std::string> ids = key.members;
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice != ids.end()) {
    refusals->push_back(
        FieldInvalid("api_key.members", *twice, "each member once"));
  }
  CheckKeyAmount("api_key.spending_ceiling.minor_units", key.spending_ceiling,
                 key.role == Role::kMemberUser || key.role == Role::kBroker,
                 refusals);
  CheckKeyAmount("api_key.credit_mandate.minor_units", key.credit_mandate,
                 key.role == Role::kBroker, refusals);
  CheckKeyTime("api_key.expire_time", key.expire_time_us, time_us, refusals);
}

void PreparePolicies(const UpdatePolicies& update,
                     std::vector<Refusal>* refusals) {
  for (const auto& [policy, value] : update.changes) {
    const PolicyRule& rule = *FindPolicyRule(static_cast<uint32_t>(policy));
    if (value >= rule.least && value <= rule.most) continue;
    refusals->push_back(
        FieldInvalid(absl::StrCat("policies.", rule.field), Number(value),
                     absl::StrCat(rule.least, " to ", rule.most)));
  }
}

}  // namespace

void Prepare(const NetworkCreated& terms, Command* command) {
  AddKind(command);
  std::vector<Refusal>* refusals = &command->form_refusals;
  refusals->clear();
  if (auto* trade = std::get_if<CreateTrade>(&command->body)) {
    TradeForm(terms, "", refusals).Check(trade, command->booking_date);
  } else if (auto* trades = std::get_if<CreateTrades>(&command->body)) {
    PrepareGroup(terms, command->booking_date, trades, refusals);
  } else if (const auto* change =
                 std::get_if<ChangeMemberStatus>(&command->body)) {
    PrepareStatus(*change, refusals);
  } else if (const auto* settle = std::get_if<SettleTrade>(&command->body)) {
    PrepareSettlement(*settle, refusals);
  } else if (const auto* set = std::get_if<SetCreditLine>(&command->body)) {
    PrepareLimits(*set, refusals);
  } else if (const auto* key = std::get_if<CreateApiKey>(&command->body)) {
    PrepareKey(*key, command->time_us, refusals);
  } else if (const auto* rotate = std::get_if<RotateApiKey>(&command->body)) {
    CheckKeyTime("expire_time", rotate->expire_time_us, command->time_us,
                 refusals);
  } else if (const auto* update = std::get_if<UpdatePolicies>(&command->body)) {
    PreparePolicies(*update, refusals);
  }
}

}  // namespace skontro::engine
