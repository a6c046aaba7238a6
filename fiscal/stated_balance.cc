#include "fiscal/stated_balance.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fiscal/label.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "ledger/civil_date.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

constexpr size_t kLineLengthMax = 1024 * 1024;

absl::Status Broken(std::string_view what, std::string_view line) {
  return absl::DataLossError(
      absl::StrCat(std::string(what), ": ", Quoted(line)));
}

// What stands between `open` and the next `close`; nullopt without either.
std::optional<std::string_view> Between(std::string_view text,
                                        std::string_view open,
                                        std::string_view close) {
  const size_t at = text.find(open);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + open.size());
  const size_t end = rest.find(close);
  if (end == std::string_view::npos) return std::nullopt;
  return rest.substr(0, end);
}

bool Has(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

}  // namespace

class StatedBalance::Reader {
 public:
  Reader(std::string unit_code, int decimals)
      : unit_(std::move(unit_code)), decimals_(decimals) {}
  virtual ~Reader() = default;

  virtual absl::Status TakeLine(std::string_view line) = 0;

  // Whether what was read is a whole file, for a format that says so by more
  // than the words of its last line.
  virtual bool HasEnded() const { return true; }

  absl::StatusOr<int64_t> Finish() const {
    if (stated_.has_value() && *stated_ != sum_) {
      return absl::DataLossError(
          absl::StrCat("the file says that it ends at ", *stated_,
                       " minor units, and its entries end at ", sum_));
    }
    return sum_;
  }

 protected:
  absl::StatusOr<int64_t> Parse(std::string_view number) const {
    std::string text(number);
    std::replace(text.begin(), text.end(), ',', '.');
    if (!text.empty() && text.back() == '.') text.pop_back();
    const absl::StatusOr<int64_t> value = ledger::ParseDecimal(text, decimals_);
    if (!value.ok()) return Broken("this is no amount of units", number);
    return *value;
  }

  // The same where the side is said beside it: a sign would say it twice, and
  // the least number has no opposite.
  absl::StatusOr<int64_t> ParseUnsigned(std::string_view number) const {
    if (number.substr(0, 1) == "-") {
      return Broken("an amount that has a side has a sign too", number);
    }
    return Parse(number);
  }

  absl::Status AddUnits(int64_t units) {
    if (!__builtin_add_overflow(sum_, units, &sum_)) return absl::OkStatus();
    return absl::DataLossError("the units of the file do not fit in 64 bits");
  }

  const std::string unit_;
  const int decimals_;
  int64_t sum_ = 0;
  std::optional<int64_t> stated_;  // What the file itself says.
};

namespace {

using Reader = StatedBalance::Reader;

// The fields of a row: RFC 4180 where they have quotes; a FEC has none.
std::vector<std::string> Cut(std::string_view line, char separator) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"' && separator != '\t') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

// FEC and journal: column 17 holds the units.
class ColumnReader : public Reader {
 public:
  ColumnReader(std::string unit_code, int decimals, char separator)
      : Reader(std::move(unit_code), decimals), separator_(separator) {}

  absl::Status TakeLine(std::string_view line) override {
    if (std::exchange(is_first_, false)) return absl::OkStatus();
    if (line.empty()) return absl::OkStatus();
    const std::vector<std::string> fields = Cut(line, separator_);
    if (fields.size() < 18) return Broken("a row has too few fields", line);
    if (fields[16].empty()) return absl::OkStatus();
    if (fields[17] != unit_) return Broken("a row has another unit", line);
    SKONTRO_ASSIGN_OR_RETURN(const int64_t units, Parse(fields[16]));
    return AddUnits(units);
  }

 private:
  const char separator_;
  bool is_first_ = true;
};

// Both camt messages have an entry or a balance on a line.
class CamtReader : public Reader {
 public:
  using Reader::Reader;

  absl::Status TakeLine(std::string_view line) override {
    const bool is_balance = line.substr(0, 5) == "<Bal>";
    if (!is_balance && line.substr(0, 6) != "<Ntry>") return absl::OkStatus();
    const auto amount =
        Between(line, absl::StrCat("<Amt Ccy=\"", unit_, "\">"), "</Amt>");
    const auto side = Between(line, "<CdtDbtInd>", "</CdtDbtInd>");
    if (!amount.has_value() || !side.has_value()) {
      return Broken("an entry or a balance has no amount", line);
    }
    SKONTRO_ASSIGN_OR_RETURN(int64_t units, ParseUnsigned(*amount));
    if (*side == "DBIT") units = -units;
    if (is_balance && Has(line, "<Cd>CLBD</Cd>")) {
      stated_ = units;
      return absl::OkStatus();
    }
    return AddUnits(units);
  }
};

// Both dialects of plain text: postings on an account of units.
class PlainTextReader : public Reader {
 public:
  using Reader::Reader;

  absl::Status TakeLine(std::string_view line) override {
    const bool posting = line.substr(0, 2) == "  ";
    if (IsBalance(line)) {
      return State(line.substr(line.rfind("  ") + 2), line);
    }
    const size_t start = line.find_first_not_of(' ');
    if (!posting || start == std::string_view::npos ||
        line.substr(start, 13) != "Assets:Units:") {
      return absl::OkStatus();
    }
    const size_t assertion = line.find(" = ");
    if (assertion != std::string_view::npos) {
      return State(line.substr(assertion + 3), line);
    }
    const size_t price = line.find(" @@ ");
    if (price == std::string_view::npos) return absl::OkStatus();  // Money.
    const std::string_view amount = line.substr(0, price);
    SKONTRO_ASSIGN_OR_RETURN(
        const int64_t units,
        Units(amount.substr(amount.rfind("  ") + 2), line));
    return AddUnits(units);
  }

 private:
  // "2026-01-01 balance Assets:Units:..." and nothing before it: a name may
  // hold the same words.
  static bool IsBalance(std::string_view line) {
    constexpr size_t kDateLength = 10;
    constexpr std::string_view kBalance = " balance Assets:Units:";
    return line.size() > kDateLength &&
           line.substr(kDateLength, kBalance.size()) == kBalance &&
           ledger::ParseDate(line.substr(0, kDateLength)).ok();
  }

  // "720.00 XBU"; with a tolerance behind the number, "720.00 ~ 0 XBU".
  absl::StatusOr<int64_t> Units(std::string_view text, std::string_view line) {
    const size_t blank = text.find(' ');
    if (blank == std::string_view::npos ||
        text.substr(text.rfind(' ') + 1) != unit_) {
      return Broken("this is no amount of units", line);
    }
    return Parse(text.substr(0, blank));
  }

  absl::Status State(std::string_view text, std::string_view line) {
    SKONTRO_ASSIGN_OR_RETURN(stated_, Units(text, line));
    return absl::OkStatus();
  }
};

class Mt940Reader : public Reader {
 public:
  using Reader::Reader;

  absl::Status TakeLine(std::string_view line) override {
    const std::string_view field = line.substr(0, 5);
    if (field == ":60F:" || field == ":62F:") return TakeBalance(line);
    if (line.substr(0, 4) != ":61:") return absl::OkStatus();
    // Two dates of six and four digits; then the mark.
    std::string_view rest = line.substr(std::min<size_t>(14, line.size()));
    const bool reversal = rest.substr(0, 1) == "R";
    if (reversal) rest.remove_prefix(1);
    const size_t end = rest.find("NTRF");
    if (rest.empty() || end == std::string_view::npos) {
      return Broken("this is no line of a statement", line);
    }
    SKONTRO_ASSIGN_OR_RETURN(const int64_t units,
                             ParseUnsigned(rest.substr(1, end - 1)));
    const bool credit = (rest.front() == 'C') != reversal;
    return AddUnits(credit ? units : -units);
  }

 private:
  absl::Status TakeBalance(std::string_view line) {
    // Mark, six digits of a date, unit, amount.
    if (line.size() < 16 || line.substr(12, 3) != unit_) {
      return Broken("this is no balance", line);
    }
    SKONTRO_ASSIGN_OR_RETURN(int64_t units, ParseUnsigned(line.substr(15)));
    if (line[5] == 'D') units = -units;
    if (line.substr(0, 4) == ":60F") return AddUnits(units);
    stated_ = units;
    return absl::OkStatus();
  }
};

class OfxReader : public Reader {
 public:
  using Reader::Reader;

  absl::Status TakeLine(std::string_view line) override {
    if (line.substr(0, 9) != "<STMTTRN>") return absl::OkStatus();
    const auto amount = Between(line, "<TRNAMT>", "<");
    if (!amount.has_value()) return Broken("an entry has no amount", line);
    SKONTRO_ASSIGN_OR_RETURN(const int64_t units, Parse(*amount));
    return AddUnits(units);
  }
};

// Records of 128 characters; places count from 0 here.
class CodaReader : public Reader {
 public:
  using Reader::Reader;

  absl::Status TakeLine(std::string_view line) override {
    constexpr size_t kLength = 128;
    if (line.size() != kLength || has_ended_) {
      return Broken("this is no record of a CODA", line);
    }
    if (line[0] == '9') {
      has_ended_ = true;
      return absl::OkStatus();
    }
    if (line.substr(0, 2) == "21") return TakeAmount(line, 31, &sum_);
    if (line[0] == '1') {
      SKONTRO_RETURN_IF_ERROR(CheckUnit(line, 39));
      return TakeAmount(line, 42, &sum_);
    }
    if (line[0] != '8') return absl::OkStatus();
    SKONTRO_RETURN_IF_ERROR(CheckUnit(line, 38));
    stated_ = 0;
    return TakeAmount(line, 41, &*stated_);
  }

  // Without a closing balance it is no statement.
  bool HasEnded() const override { return has_ended_ && stated_.has_value(); }

 private:
  absl::Status CheckUnit(std::string_view line, size_t at) const {
    if (line.substr(at, 3) == unit_) return absl::OkStatus();
    return Broken("a balance is in another unit", line);
  }

  // A sign and fifteen digits of thousandths, added to `*sum`.
  absl::Status TakeAmount(std::string_view line, size_t at,
                          int64_t* sum) const {
    const std::string_view sign = line.substr(at, 1);
    const std::string_view digits = line.substr(at + 1, 15);
    if ((sign != "0" && sign != "1") ||
        digits.find_first_not_of("0123456789") != std::string_view::npos) {
      return Broken("this is no amount of a CODA", line);
    }
    std::string text = absl::StrCat(std::string(digits.substr(0, 12)), ".",
                                    std::string(digits.substr(12)));
    // Decimals that the unit does not have must be zeros.
    for (int place = decimals_; place < 3 && text.back() == '0'; ++place) {
      text.pop_back();
    }
    SKONTRO_ASSIGN_OR_RETURN(const int64_t units, Parse(text));
    if (!__builtin_add_overflow(*sum, sign == "1" ? -units : units, sum)) {
      return absl::OkStatus();
    }
    return absl::DataLossError("the units of the file do not fit in 64 bits");
  }

  bool has_ended_ = false;
};

// Units that came with sales less those that went with purchases; the totals of
// both sides must be the same.
class VatSummaryReader : public Reader {
 public:
  using Reader::Reader;

  absl::Status TakeLine(std::string_view line) override {
    if (std::exchange(is_first_, false)) return absl::OkStatus();
    const std::vector<std::string> fields = Cut(line, ';');
    if (fields.size() != 16) return Broken("a row has other fields", line);
    if (fields[14] != unit_) return Broken("a row has another unit", line);
    SKONTRO_ASSIGN_OR_RETURN(int64_t units, Parse(fields[13]));
    if (fields[1] == "purchases") {
      units = -units;
    } else if (fields[1] != "sales") {
      return Broken("a row is neither of sales nor of purchases", line);
    }
    if (fields[0] != "total") return AddUnits(units);
    ++totals_;
    if (!__builtin_add_overflow(stated_.value_or(0), units, &units)) {
      stated_ = units;
      return absl::OkStatus();
    }
    return absl::DataLossError("the units of the file do not fit in 64 bits");
  }

  bool HasEnded() const override { return totals_ == 2; }

 private:
  bool is_first_ = true;
  int totals_ = 0;
};

// What a whole file ends with; nothing for a table or a text, whose last row
// may be any.
std::string_view LastLineOf(ExportFormat format) {
  switch (format) {
    case ExportFormat::kFec:
    case ExportFormat::kJournal:
    case ExportFormat::kBeancount:
    case ExportFormat::kLedger:
    case ExportFormat::kCoda:
    case ExportFormat::kVatSummary:
      return "";
    case ExportFormat::kMt940:
      return "-";
    case ExportFormat::kOfx:
      return "</OFX>";
    default:
      return "</Document>";
  }
}

std::unique_ptr<Reader> ReaderFor(ExportFormat format, std::string unit_code,
                                  int decimals) {
  switch (format) {
    case ExportFormat::kFec:
      return std::make_unique<ColumnReader>(std::move(unit_code), decimals,
                                            '\t');
    case ExportFormat::kJournal:
      return std::make_unique<ColumnReader>(std::move(unit_code), decimals,
                                            ';');
    case ExportFormat::kBeancount:
    case ExportFormat::kLedger:
      return std::make_unique<PlainTextReader>(std::move(unit_code), decimals);
    case ExportFormat::kMt940:
      return std::make_unique<Mt940Reader>(std::move(unit_code), decimals);
    case ExportFormat::kOfx:
      return std::make_unique<OfxReader>(std::move(unit_code), decimals);
    case ExportFormat::kCoda:
      return std::make_unique<CodaReader>(std::move(unit_code), decimals);
    case ExportFormat::kVatSummary:
      return std::make_unique<VatSummaryReader>(std::move(unit_code), decimals);
    case ExportFormat::kCamt05308:
    case ExportFormat::kCamt05308Plain:
    case ExportFormat::kCamt05302:
    case ExportFormat::kCamt05302Plain:
    case ExportFormat::kCamt05408:
    case ExportFormat::kCamt05408Plain:
    case ExportFormat::kCamt05402:
    case ExportFormat::kCamt05402Plain:
      break;
    case ExportFormat::kStatementPdf:
      SKONTRO_CHECK(StatesBalance(format));
  }
  return std::make_unique<CamtReader>(std::move(unit_code), decimals);
}

}  // namespace

StatedBalance::StatedBalance(ExportFormat format, std::string unit_code,
                             int unit_decimals)
    : reader_(ReaderFor(format, std::move(unit_code), unit_decimals)),
      last_line_(LastLineOf(format)) {}

StatedBalance::~StatedBalance() = default;

void StatedBalance::Add(std::string_view bytes) {
  while (!bytes.empty() && status_.ok()) {
    const size_t end = bytes.find('\n');
    line_.append(bytes.substr(0, end));
    if (line_.size() > kLineLengthMax) {
      status_ = Broken("a line is longer than a MiB", line_);
      return;
    }
    if (end == std::string_view::npos) return;
    AddLine(line_);
    line_.clear();
    bytes.remove_prefix(end + 1);
  }
}

void StatedBalance::AddLine(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  status_ = reader_->TakeLine(line);
  if (!last_line_.empty()) line_before_ = line.substr(0, last_line_.size() + 1);
}

absl::StatusOr<int64_t> StatedBalance::Finish() {
  SKONTRO_RETURN_IF_ERROR(status_);
  if (!line_.empty()) return Broken("the last line has no end", line_);
  if (!last_line_.empty() && line_before_ != last_line_) {
    return Broken("the file ends too early", line_before_);
  }
  if (!reader_->HasEnded()) {
    return absl::DataLossError("the file ends too early");
  }
  return reader_->Finish();
}

bool StatesBalance(ExportFormat format) {
  return format != ExportFormat::kStatementPdf;
}

bool StatesMovementOnly(ExportFormat format) {
  switch (format) {
    case ExportFormat::kOfx:
    case ExportFormat::kVatSummary:
    case ExportFormat::kCamt05408:
    case ExportFormat::kCamt05408Plain:
    case ExportFormat::kCamt05402:
    case ExportFormat::kCamt05402Plain:
      return true;
    default:
      return false;
  }
}

}  // namespace skontro::fiscal
