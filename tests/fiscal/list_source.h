// A Source made of a list, and the scene of the tests: the member Atelier,
// SIREN 732829320, in a network whose unit XBU is worth one euro.

#ifndef SKONTRO_TESTS_FISCAL_LIST_SOURCE_H_
#define SKONTRO_TESTS_FISCAL_LIST_SOURCE_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fiscal/sink.h"
#include "fiscal/source.h"
#include "ledger/civil_date.h"

namespace skontro::fiscal {

inline ledger::CivilDate Day(std::string_view text) {
  const absl::StatusOr<ledger::CivilDate> date = ledger::ParseDate(text);
  EXPECT_TRUE(date.ok()) << text;
  return date.value_or(ledger::CivilDate());
}

// A sink that gathers in `*out`.
inline Sink Into(std::string* out) {
  return [out](std::string_view bytes) {
    out->append(bytes);
    return absl::OkStatus();
  };
}

class ListSource : public Source {
 public:
  ListSource() {
    member = {"atelier", "Atelier SARL", "732829320", "FR44732829320"};
    network = {"demo", "Réseau de démonstration", "XBU", 2, "EUR", 2, false};
    period = {Day("2025-01-01"), Day("2025-01-01"), Day("2025-12-31"), true};
    position = {900, std::string(64, 'a'), 1'767'225'600'000'000};
  }

  ReportingMember Member() const override { return member; }
  NetworkInfo Network() const override { return network; }
  Period GetPeriod() const override { return period; }
  JournalPosition Position() const override { return position; }
  UnitBalance Opening() const override { return opening; }

  // What the trades add up to, unless a test sets it.
  UnitBalance Closing() const override {
    if (closing.has_value()) return *closing;
    UnitBalance sum = opening;
    for (const MemberTrade& trade : trades) {
      const bool comes = (trade.role == MemberTrade::Role::kSeller) ==
                         (trade.kind == MemberTrade::Kind::kSettled);
      sum.units += comes ? trade.units : -trade.units;
      sum.national_value +=
          comes ? trade.national_value : -trade.national_value;
    }
    return sum;
  }

  absl::Status ForEachTrade(
      absl::FunctionRef<absl::Status(const MemberTrade&)> visit) override {
    for (const MemberTrade& trade : trades) {
      absl::Status status = visit(trade);
      if (!status.ok()) return status;
    }
    return end;
  }

  // Adds a settled trade at parity and returns it for changes. Sequences count
  // from 101.
  MemberTrade& Add(MemberTrade::Role role, std::string_view day, int64_t units,
                   int64_t gross) {
    MemberTrade trade;
    trade.sequence = 101 + static_cast<int64_t>(trades.size());
    trade.role = role;
    trade.trade_id = absl::StrCat("t", trade.sequence);
    trade.counterparty = role == MemberTrade::Role::kSeller
                             ? Counterparty{"garage", "Garage Martin SARL"}
                             : Counterparty{"lenoir", "Imprimerie Lenoir SAS"};
    trade.booking_date = Day(day);
    trade.value_date = trade.booking_date;
    trade.units = units;
    trade.national_value = units;
    trade.rate.version = 1;
    trade.gross = gross;
    trade.cash = {gross > units ? gross - units : 0, "EUR"};
    if (gross > 0) {
      trade.invoice = {absl::StrCat("F-", trade.sequence), trade.value_date};
    }
    trade.digest = std::string(64, 'b');
    trade.previous_digest = std::string(64, 'c');
    trades.push_back(trade);
    return trades.back();
  }

  // Adds what undoes `trades[index]`, on `day`.
  MemberTrade& Reverse(size_t index, std::string_view day) {
    MemberTrade trade = trades[index];
    trade.kind = MemberTrade::Kind::kReversed;
    trade.reversed_sequence = trade.sequence;
    trade.sequence = 101 + static_cast<int64_t>(trades.size());
    trade.booking_date = Day(day);
    trade.value_date = trade.booking_date;
    trades.push_back(trade);
    return trades.back();
  }

  ReportingMember member;
  NetworkInfo network;
  Period period;
  JournalPosition position;
  UnitBalance opening;
  std::optional<UnitBalance> closing;
  std::vector<MemberTrade> trades;
  absl::Status end;  // What reading the journal ends with.
};

// `text` cut at `separator`.
inline std::vector<std::string> Cut(std::string_view text, char separator) {
  std::vector<std::string> parts;
  size_t at = 0;
  for (;;) {
    const size_t end = text.find(separator, at);
    parts.emplace_back(text.substr(at, end - at));
    if (end == std::string_view::npos) return parts;
    at = end + 1;
  }
}

}  // namespace skontro::fiscal

#endif  // SKONTRO_TESTS_FISCAL_LIST_SOURCE_H_
