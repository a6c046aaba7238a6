// The claim: a fiscal year is exported in every format at 300,000 lines a
// second of one core or more, in memory that does not grow with its length.
//
// Trades are made up one at a time, as a Source hands them out; what reading
// them from a store costs is not in it. Each format writes
// SKONTRO_BENCH_EXPORT_TRADES trades (300,000 unless set), and a tenth of them
// for the memory. Beside it: the same bytes, hashed without being made.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "bench/metrics.h"
#include "fiscal/chart_of_accounts.h"
#include "fiscal/export.h"
#include "ledger/base/check.h"
#include "ledger/digest.h"

namespace skontro::bench {
namespace {

using Clock = std::chrono::steady_clock;
using fiscal::MemberTrade;

constexpr int64_t kPartners = 200;
constexpr int32_t kFirstDay = 20'089;  // 2025-01-01
constexpr int kDays = 365;

int64_t TradeCount() {
  const char* text = std::getenv("SKONTRO_BENCH_EXPORT_TRADES");
  int64_t count = 300'000;
  SKONTRO_CHECK(text == nullptr || absl::SimpleAtoi(text, &count));
  return std::max<int64_t>(count, 1'000);
}

ledger::CivilDate Day(int days) {
  return ledger::CivilDate::FromDays(kFirstDay + days);
}

// A year of sales and purchases in turn, with invoices and two rates of VAT.
class MadeUpYear : public fiscal::Source {
 public:
  explicit MadeUpYear(int64_t trades) : trades_(trades) {}

  fiscal::ReportingMember Member() const override {
    return {"imprimerie", "Imprimerie Martin SARL", "732829320",
            "FR44732829320"};
  }
  fiscal::NetworkInfo Network() const override {
    return {"res", "Réseau d'échanges", "RES", 2, "EUR", 2, false};
  }
  fiscal::Period GetPeriod() const override {
    return {Day(0), Day(0), Day(kDays - 1), true};
  }
  fiscal::JournalPosition Position() const override {
    return {trades_, std::string(64, 'a'), 1'767'225'600'000'000};
  }
  fiscal::UnitBalance Opening() const override { return {50'000, 50'000}; }
  fiscal::UnitBalance Closing() const override {
    fiscal::UnitBalance balance = Opening();
    for (int64_t i = 0; i < trades_; ++i) {
      balance.units += IsSale(i) ? UnitsOf(i) : -UnitsOf(i);
    }
    balance.national_value = balance.units;
    return balance;
  }

  absl::Status ForEachTrade(
      absl::FunctionRef<absl::Status(const MemberTrade&)> visit) override {
    MemberTrade trade;
    for (int64_t i = 0; i < trades_; ++i) {
      Fill(i, &trade);
      absl::Status status = visit(trade);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  static bool IsSale(int64_t i) { return i % 2 == 0; }
  static int64_t UnitsOf(int64_t i) { return 100 + i % 900'000; }

  void Fill(int64_t i, MemberTrade* trade) const {
    const int64_t units = UnitsOf(i);
    trade->sequence = i + 1;
    trade->role =
        IsSale(i) ? MemberTrade::Role::kSeller : MemberTrade::Role::kBuyer;
    trade->trade_id = absl::StrCat("t", i + 1);
    trade->counterparty = {
        absl::StrCat("member-", i % kPartners),
        absl::StrCat("Établissements ", i % kPartners, " et fils SARL")};
    trade->booking_date = Day(static_cast<int>(i * kDays / trades_));
    trade->value_date = trade->booking_date;
    trade->invoice = {absl::StrCat("F2025-", i), trade->booking_date};
    trade->units = units;
    trade->national_value = units;
    trade->rate = {1, 1, 1};
    trade->gross = units * 2;
    const int64_t tax = trade->gross / 6;
    trade->tax_lines = {{"S", 200'000, trade->gross - tax, tax}};
    trade->cash = {units, "EUR"};
    trade->digest = std::string(64, 'b');
    trade->previous_digest = std::string(64, 'c');
  }

  const int64_t trades_;
};

// Counts what comes and lets it go.
class Counted : public fiscal::ExportFiles {
 public:
  absl::Status Begin(const std::string&, std::string_view) override {
    ++files_;
    return absl::OkStatus();
  }
  absl::Status Write(std::string_view piece) override {
    if (files_ != 1) return absl::OkStatus();
    bytes += static_cast<int64_t>(piece.size());
    lines += std::count(piece.begin(), piece.end(), '\n');
    return absl::OkStatus();
  }

  int64_t bytes = 0;
  int64_t lines = 0;

 private:
  int files_ = 0;
};

// Forgets the highest memory so far, where the kernel can.
void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

// The most that was in memory since then, in KiB.
double PeakKib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    absl::string_view left = line;
    double kib = 0;
    if (absl::ConsumePrefix(&left, "VmHWM:") &&
        absl::ConsumeSuffix(&left, "kB") && absl::SimpleAtod(left, &kib)) {
      return kib;
    }
  }
  return 0;
}

struct Run {
  Counted counted;
  double seconds = 0;
  double peak_kib = 0;
};

Run Export(fiscal::ExportFormat format, int64_t trades) {
  MadeUpYear year(trades);
  const fiscal::ChartOfAccounts chart = fiscal::ChartOfAccounts::Default("RES");
  Run run;
  ForgetPeak();
  const Clock::time_point begin = Clock::now();
  const absl::Status status =
      fiscal::WriteExport(format, year, chart, run.counted);
  run.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  run.peak_kib = PeakKib();
  SKONTRO_CHECK(status.ok());
  return run;
}

// How long it takes to hash so many bytes.
double HashSeconds(int64_t bytes) {
  const std::string piece(64 * 1024, 'x');
  ledger::Sha256 hash;
  hash.Begin();
  const Clock::time_point begin = Clock::now();
  for (int64_t left = bytes; left > 0;
       left -= static_cast<int64_t>(piece.size())) {
    hash.Add(piece);
  }
  hash.Finish();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

int RunAll() {
  const int64_t trades = TradeCount();
  Metrics metrics;
  std::printf("%-22s %10s %8s %12s %12s %12s %10s %10s\n", "format", "lines",
              "MB", "lines/s", "trades/s", "of hashing", "KiB", "KiB/10");
  double slowest = 0;
  double growth = 0;
  for (const fiscal::FormatInfo& info : fiscal::Formats()) {
    // Bounded by their formats, to far less than a million lines.
    if (info.format == fiscal::ExportFormat::kCoda ||
        info.format == fiscal::ExportFormat::kStatementPdf) {
      continue;
    }
    const Run small = Export(info.format, trades / 10);
    const Run run = Export(info.format, trades);
    const double lines = static_cast<double>(run.counted.lines);
    const double rate = lines / run.seconds;
    std::printf("%-22s %10.0f %8.1f %12.0f %12.0f %11.1f%% %10.0f %10.0f\n",
                info.id, lines, static_cast<double>(run.counted.bytes) / 1e6,
                rate, static_cast<double>(trades) / run.seconds,
                100 * HashSeconds(run.counted.bytes) / run.seconds,
                run.peak_kib, small.peak_kib);
    slowest = slowest == 0 ? rate : std::min(slowest, rate);
    growth = std::max(growth, run.peak_kib - small.peak_kib);
    metrics[absl::StrCat("export.", info.id, ".lines_per_second")] = rate;
  }
  metrics["export.slowest.lines_per_second"] = slowest;
  metrics["export.memory_growth_kib"] = growth;
  metrics["export.trades"] = static_cast<double>(trades);
  AppendMetrics(metrics);
  return 0;
}

}  // namespace
}  // namespace skontro::bench

int main() { return skontro::bench::RunAll(); }
