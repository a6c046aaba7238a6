#include "fiscal/statement_name.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscal/fec_fields.h"
#include "fiscal/label.h"
#include "fiscal/trade_entries.h"
#include "ledger/base/check.h"
#include "ledger/digest.h"

namespace skontro::fiscal {
namespace {

std::string HashStart(std::string_view text, size_t digits) {
  return ledger::ToHex(ledger::HashOf(text)).substr(0, digits);
}

bool IsFirstOfMonth(std::chrono::year_month_day date) {
  return date.day() == std::chrono::day(1);
}

bool IsLastOfMonth(std::chrono::year_month_day date) {
  return date == std::chrono::year_month_day_last(
                     date.year(), std::chrono::month_day_last(date.month()));
}

}  // namespace

std::string StatementId(const ExportManifest& manifest,
                        std::string_view format) {
  const Period& period = manifest.period;
  const std::string days = absl::StrCat(CompactDate(period.first_day), "-",
                                        CompactDate(period.last_day));
  const std::string state =
      period.closed ? "closed" : absl::StrCat(manifest.position.sequence);
  const std::string all =
      absl::StrCat(manifest.network.id, "/", manifest.member.id, "@", state,
                   "/", days, "/", std::string(format));
  return absl::StrCat(days, "-", HashStart(all, 16));
}

std::string StatementTime(const ExportManifest& manifest) {
  constexpr int64_t kDayUs = 24 * 3'600 * int64_t{1'000'000};
  const JournalPosition& position = manifest.position;
  if (!manifest.period.closed) return UtcTime(position.time_us);
  if (position.closed_time_us > 0) return UtcTime(position.closed_time_us);
  return UtcTime((manifest.period.last_day.days() + 1) * kDayUs);
}

std::string StatementNote(const ExportManifest& manifest) {
  std::string note;
  if (manifest.network.simulated) note = "SIMULATED: none of this happened.";
  if (!manifest.period.closed) {
    absl::StrAppend(&note, note.empty() ? "" : " ",
                    "PROVISIONAL: the period is still open.");
  }
  return note;
}

std::optional<int64_t> StatementNumber(const Period& period) {
  const std::chrono::year_month_day first = period.first_day.ymd();
  const std::chrono::year_month_day last = period.last_day.ymd();
  const int64_t year = static_cast<int>(first.year());
  const unsigned month = static_cast<unsigned>(first.month());
  if (first == last) {
    const int32_t days = period.first_day.days();
    return days > 0 ? std::optional<int64_t>(days) : std::nullopt;
  }
  if (!IsFirstOfMonth(first) || !IsLastOfMonth(last) ||
      first.year() != last.year()) {
    return std::nullopt;
  }
  if (first.month() == last.month()) return year * 12 + month;
  const bool whole_year = month == 1 && last.month() == std::chrono::December;
  return whole_year ? std::optional<int64_t>(year) : std::nullopt;
}

std::string AccountId(std::string_view id, size_t length_max) {
  SKONTRO_CHECK(length_max >= 16);
  // One more character than may be, to see whether it is one too many.
  std::string text = CleanText(id, length_max + 1);
  if (text.empty()) return "?";
  if (CountCharacters(text) <= length_max) return text;
  return absl::StrCat(CleanText(text, length_max - 9), "-", HashStart(id, 8));
}

std::string UtcTime(int64_t time_us) {
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::microseconds> time{
      std::chrono::microseconds(time_us)};
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(floor<std::chrono::seconds>(time - day));
  return absl::StrFormat(
      "%04d-%02d-%02dT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string RemittanceText(const MemberTrade& trade) {
  std::string text;
  if (trade.kind == MemberTrade::Kind::kReversed) {
    text = absl::StrCat("Reversal of ", RecordName(trade.reversed_sequence));
  }
  for (const std::string* part : {&trade.invoice.number, &trade.trade_id}) {
    if (part->empty()) continue;
    if (!text.empty()) text.push_back(' ');
    text.append(*part);
  }
  return text.empty() ? RecordName(trade.sequence) : text;
}

}  // namespace skontro::fiscal
