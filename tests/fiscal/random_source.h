// A year of trades drawn at random, with what their books must come to computed
// another way: sums of cpp_int over the trades themselves.

#ifndef SKONTRO_TESTS_FISCAL_RANDOM_SOURCE_H_
#define SKONTRO_TESTS_FISCAL_RANDOM_SOURCE_H_

#include <boost/multiprecision/cpp_int.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/fiscal/list_source.h"

namespace skontro::fiscal {

class RandomSource : public ListSource {
 public:
  using Wide = boost::multiprecision::cpp_int;

  RandomSource(uint64_t seed, int count) : random_(seed) {
    opening = {Signed(1'000'000), 0};
    opening.national_value = opening.units;
    expected_units = opening.units;
    expected_debit = opening.units < 0 ? -opening.units : opening.units;
    int day = period.first_day.days();
    for (int i = 0; i < count; ++i) {
      day += Below(4) == 0 ? static_cast<int>(Below(3)) : 0;
      day = std::min(day, period.last_day.days());
      if (i > 0 && Below(8) == 0) {
        AddReversal(day);
      } else {
        AddTrade(day);
      }
    }
  }

  Wide expected_units;
  Wide expected_debit;

 private:
  int64_t Below(int64_t bound) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(bound));
  }
  int64_t Signed(int64_t bound) { return Below(2 * bound) - bound; }

  std::string HostileName() {
    static const char* const kParts[] = {
        "Garage ", "=1+1", "\t",   "|", "\r\n",  "\xC2\xA0",
        "é",       "'",    "\"",   ";", "+",     "-",
        "@",       "\xFF", "日本", "",  " SARL", "\xE2\x80\xAE",
        "0"};
    std::string name;
    for (int64_t k = Below(6); k >= 0; --k) {
      name += kParts[static_cast<size_t>(Below(std::size(kParts)))];
    }
    return name;
  }

  void AddTrade(int day) {
    const auto role =
        Below(2) == 0 ? MemberTrade::Role::kSeller : MemberTrade::Role::kBuyer;
    const int64_t units = 1 + Below(Below(3) == 0 ? 100'000'000 : 10'000);
    MemberTrade& trade = Add(role, "2025-01-01", units, 0);
    trade.booking_date = ledger::CivilDate::FromDays(day);
    trade.value_date =
        ledger::CivilDate::FromDays(day - static_cast<int>(Below(40)));
    trade.counterparty = {HostileName(), HostileName()};
    if (Below(10) == 0) {  // No invoice at all.
      Expect(trade);
      return;
    }
    trade.invoice = {HostileName(), trade.value_date};
    trade.cash.minor_units = Below(3) == 0 ? 0 : Below(50'000);
    trade.prepaid = Below(5) == 0 ? Below(10'000) : 0;
    trade.gross = units + trade.cash.minor_units + trade.prepaid;
    if (Below(4) != 0) SplitTax(&trade);
    Expect(trade);
  }

  // Lines that add up to the gross, one of them below zero now and then.
  void SplitTax(MemberTrade* trade) {
    int64_t rest = trade->gross;
    for (int64_t k = Below(4); k > 0; --k) {
      const int64_t base = Signed(rest / 2 + 1);
      const int64_t tax = base / 5;
      trade->tax_lines.push_back({"S", 200'000, base, tax});
      rest -= base + tax;
    }
    trade->tax_lines.push_back({"E", 0, rest, 0});
  }

  void AddReversal(int day) {
    const size_t index =
        static_cast<size_t>(Below(static_cast<int64_t>(trades.size())));
    if (trades[index].kind == MemberTrade::Kind::kReversed) return;
    Reverse(index, "2025-01-01");
    trades.back().booking_date = ledger::CivilDate::FromDays(day);
    Expect(trades.back());
  }

  void Expect(const MemberTrade& trade) {
    const bool comes = (trade.role == MemberTrade::Role::kSeller) ==
                       (trade.kind == MemberTrade::Kind::kSettled);
    expected_units += comes ? trade.units : -trade.units;
    expected_debit += trade.national_value;
    if (trade.gross == 0) return;
    if (trade.tax_lines.empty()) {
      expected_debit += trade.gross;
      return;
    }
    // The debits of the invoice's entry: the gross, and every line that stands
    // on the side of the gross since it is below zero.
    Wide other = 0;
    for (const TaxLine& line : trade.tax_lines) {
      for (const int64_t amount : {line.base, line.tax}) {
        if (amount < 0) other -= amount;
      }
    }
    expected_debit += trade.gross + other;
  }

  std::mt19937_64 random_;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_TESTS_FISCAL_RANDOM_SOURCE_H_
