#include "fiscal/chart_of_accounts.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "fiscal/label.h"
#include "fiscal/utf8.h"
#include "ledger/base/check.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

constexpr size_t kFileBytesMax = 64 * 1024;
constexpr size_t kLabelBytesMax = 100;
constexpr size_t kPrefixLengthMax = 8;
constexpr int kPercentDecimals = 4;

// Names in the file, and the French default. {unit} stands for the unit's code.
struct JournalRow {
  JournalKind kind;
  const char* name;
  const char* code;
  const char* label;
};
constexpr JournalRow kJournalRows[] = {
    {JournalKind::kOpening, "opening", "AN", "A nouveaux"},
    {JournalKind::kSales, "sales", "VE", "Ventes"},
    {JournalKind::kPurchases, "purchases", "AC", "Achats"},
    {JournalKind::kUnits, "units", "UN", "Réseau {unit} (unités)"},
    {JournalKind::kGeneral, "general", "OD", "Opérations diverses"},
};

struct AccountRow {
  AccountKind kind;
  const char* name;
  const char* number;
  const char* label;
  bool by_rate;  // May be given for a category and rate.
};
constexpr AccountRow kAccountRows[] = {
    {AccountKind::kUnits, "units", "512400", "Compte réseau {unit} (unités)",
     false},
    {AccountKind::kCustomers, "customers", "411000", "Clients", false},
    {AccountKind::kSuppliers, "suppliers", "401000", "Fournisseurs", false},
    {AccountKind::kSales, "sales", "707000", "Ventes de marchandises", true},
    {AccountKind::kPurchases, "purchases", "607000", "Achats de marchandises",
     true},
    {AccountKind::kVatCollected, "vat_collected", "445710", "TVA collectée",
     true},
    {AccountKind::kVatDeductible, "vat_deductible", "445660",
     "TVA déductible sur autres biens et services", true},
    {AccountKind::kOpeningContra, "opening_contra", "471000",
     "Compte d'attente", false},
    {AccountKind::kSuspense, "suspense", "471000", "Compte d'attente", false},
};

// Whether row i is that of kind i, so that a kind finds its row.
template <typename Row, size_t kCount>
constexpr bool IsInOrder(const Row (&rows)[kCount]) {
  for (size_t i = 0; i < kCount; ++i) {
    if (static_cast<size_t>(rows[i].kind) != i) return false;
  }
  return true;
}
static_assert(std::size(kJournalRows) == kJournalKinds);
static_assert(std::size(kAccountRows) == kAccountKinds);
static_assert(IsInOrder(kJournalRows) && IsInOrder(kAccountRows));

std::string WithUnit(std::string_view label, std::string_view unit_code) {
  std::string out(label);
  const size_t at = out.find("{unit}");
  if (at != std::string::npos) out.replace(at, 6, unit_code);
  return out;
}

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }

bool IsJournalCode(std::string_view code) {
  return !code.empty() && code.size() <= 6 &&
         std::all_of(code.begin(), code.end(),
                     [](char c) { return IsDigit(c) || IsCapital(c); });
}

bool IsAccountNumber(std::string_view number) {
  if (number.size() < 3 || number.size() > 20 || number[0] == '0') return false;
  const auto digits_end = number.begin() + 3;
  return std::all_of(number.begin(), digits_end, IsDigit) &&
         std::all_of(digits_end, number.end(),
                     [](char c) { return IsDigit(c) || IsCapital(c); });
}

bool IsPrefix(std::string_view prefix) {
  return prefix.empty() ||
         (prefix.size() <= kPrefixLengthMax && IsCapital(prefix[0]) &&
          std::all_of(prefix.begin(), prefix.end(), [](char c) {
            return IsDigit(c) || IsCapital(c) || c == '-' || c == '_';
          }));
}

// Nothing in it that an export would have to change, and no quote.
bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kLabelBytesMax && IsUtf8(label) &&
         label.find('"') == std::string_view::npos &&
         CleanLabel(label) == label;
}

}  // namespace

// Reads a file line by line into a chart.
class ChartParser {
 public:
  explicit ChartParser(ChartOfAccounts* chart) : chart_(chart) {}

  absl::Status Parse(std::string_view text) {
    if (text.size() > kFileBytesMax) {
      return ToStatus(FieldInvalid("chart of accounts",
                                   absl::StrCat(text.size(), " bytes"),
                                   absl::StrCat("at most ", kFileBytesMax)));
    }
    while (!text.empty()) {
      ++line_;
      const size_t end = text.find('\n');
      SKONTRO_RETURN_IF_ERROR(ParseLine(Trimmed(text.substr(0, end))));
      text = end == std::string_view::npos ? std::string_view()
                                           : text.substr(end + 1);
    }
    return CheckWhole();
  }

 private:
  absl::Status Wrong(std::string_view value, std::string_view allowed) const {
    return ToStatus(
        FieldInvalid(absl::StrCat("line ", line_), Quoted(value), allowed));
  }

  absl::Status ParseLine(std::string_view line) {
    if (line.empty() || line.front() == '#') return absl::OkStatus();
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      return Wrong(line, "key = value, or a comment that starts with #");
    }
    const std::string key(Trimmed(line.substr(0, equals)));
    const std::string_view value = Trimmed(line.substr(equals + 1));
    if (!seen_.insert(key).second) return Wrong(key, "a key given once");
    const size_t dot = key.find('.');
    const std::string group = key.substr(0, dot);
    const std::string_view name = dot == std::string::npos
                                      ? std::string_view()
                                      : std::string_view(key).substr(dot + 1);
    if (group == "journal") return SetJournal(name, value);
    if (group == "account") return SetAccount(name, value);
    if (group == "auxiliary") return SetPrefix(name, value);
    return Wrong(key,
                 "a key that starts with journal., account. or "
                 "auxiliary.");
  }

  absl::Status SetJournal(std::string_view name, std::string_view value) {
    for (const JournalRow& row : kJournalRows) {
      if (name != row.name) continue;
      const size_t blank = value.find(' ');
      const std::string_view code = value.substr(0, blank);
      const std::string_view label =
          Trimmed(value.substr(std::min(blank, value.size())));
      if (!IsJournalCode(code) || !IsLabel(label)) {
        return Wrong(value,
                     "a code of 1 to 6 capital letters or digits, a blank, and "
                     "a label of at most 100 bytes without tab, |, quotes or "
                     "control characters");
      }
      chart_->journals_[static_cast<size_t>(row.kind)] = {std::string(code),
                                                          std::string(label)};
      return absl::OkStatus();
    }
    return Wrong(name,
                 "a journal: opening, sales, purchases, units or "
                 "general");
  }

  absl::Status SetAccount(std::string_view name, std::string_view value) {
    const size_t blank = value.find(' ');
    const std::string_view number = value.substr(0, blank);
    const std::string_view label =
        Trimmed(value.substr(std::min(blank, value.size())));
    if (!IsAccountNumber(number) || !IsLabel(label)) {
      return Wrong(value,
                   "an account of 3 to 20 digits or capital letters, the first "
                   "three digits and not from 0, a blank, and a label of at "
                   "most 100 bytes without tab, |, quotes or control "
                   "characters");
    }
    const Account account{std::string(number), std::string(label)};
    const size_t dot = name.find('.');
    for (const AccountRow& row : kAccountRows) {
      if (name.substr(0, dot) != row.name) continue;
      if (dot == std::string_view::npos) {
        chart_->accounts_[static_cast<size_t>(row.kind)] = account;
        return absl::OkStatus();
      }
      if (!row.by_rate) break;
      return SetByRate(row.kind, name.substr(dot + 1), account);
    }
    return Wrong(name,
                 "an account: units, customers, suppliers, sales, purchases, "
                 "vat_collected, vat_deductible, opening_contra or suspense; "
                 "sales, purchases and the two of VAT also for a rate, such as "
                 "account.sales.S.20");
  }

  // `key` is a category, and a dot and a percentage unless it has no rate.
  absl::Status SetByRate(AccountKind kind, std::string_view key,
                         const Account& account) {
    const size_t dot = key.find('.');
    const std::string_view category = key.substr(0, dot);
    int64_t rate_ppm = -1;
    bool valid = !category.empty() && category.size() <= 3 &&
                 std::all_of(category.begin(), category.end(), IsCapital);
    if (dot != std::string_view::npos) {
      const absl::StatusOr<int64_t> percent =
          ledger::ParseDecimal(key.substr(dot + 1), kPercentDecimals);
      valid = valid && percent.ok() && *percent >= 0 && *percent <= kRateOne;
      if (percent.ok()) rate_ppm = *percent;
    }
    if (!valid) {
      return Wrong(key,
                   "a VAT category and a percentage from 0 to 100, such "
                   "as S.5.5, or a category alone where it has no rate");
    }
    const std::pair at(kind, ChartOfAccounts::RateKey(category, rate_ppm));
    if (!chart_->by_rate_.emplace(at, account).second) {
      return Wrong(key, "a rate given once");
    }
    return absl::OkStatus();
  }

  absl::Status SetPrefix(std::string_view name, std::string_view value) {
    std::string* prefix = nullptr;
    if (name == "customer_prefix") prefix = &chart_->customer_prefix_;
    if (name == "supplier_prefix") prefix = &chart_->supplier_prefix_;
    if (prefix == nullptr) {
      return Wrong(name,
                   "auxiliary.customer_prefix or "
                   "auxiliary.supplier_prefix");
    }
    if (!IsPrefix(value)) {
      return Wrong(value,
                   "nothing, or up to 8 capital letters, digits, - and "
                   "_ that start with a letter");
    }
    *prefix = std::string(value);
    return absl::OkStatus();
  }

  // What one line cannot show.
  absl::Status CheckWhole() const {
    const auto wrong = [](std::string_view value, std::string_view allowed) {
      return ToStatus(FieldInvalid("chart of accounts", value, allowed));
    };
    std::set<std::string> codes;
    for (const Journal& journal : chart_->journals_) {
      if (!codes.insert(journal.code).second) {
        return wrong(journal.code, "a code of its own for each journal");
      }
    }
    const std::string& units = chart_->account(AccountKind::kUnits).number;
    bool own = true;
    for (const AccountRow& row : kAccountRows) {
      own = own && (row.kind == AccountKind::kUnits ||
                    chart_->account(row.kind).number != units);
    }
    for (const auto& [key, account] : chart_->by_rate_) {
      own = own && account.number != units;
    }
    if (!own) return wrong(units, "an account of its own for the units");
    return absl::OkStatus();
  }

  ChartOfAccounts* const chart_;
  int line_ = 0;
  std::set<std::string> seen_;
};

ChartOfAccounts ChartOfAccounts::Default(std::string_view unit_code) {
  ChartOfAccounts chart;
  for (const JournalRow& row : kJournalRows) {
    chart.journals_[static_cast<size_t>(row.kind)] = {
        row.code, WithUnit(row.label, unit_code)};
  }
  for (const AccountRow& row : kAccountRows) {
    chart.accounts_[static_cast<size_t>(row.kind)] = {
        row.number, WithUnit(row.label, unit_code)};
  }
  return chart;
}

absl::StatusOr<ChartOfAccounts> ChartOfAccounts::Parse(
    std::string_view text, std::string_view unit_code) {
  ChartOfAccounts chart = Default(unit_code);
  SKONTRO_RETURN_IF_ERROR(ChartParser(&chart).Parse(text));
  return chart;
}

const Journal& ChartOfAccounts::journal(JournalKind kind) const {
  return journals_[static_cast<size_t>(kind)];
}

const Account& ChartOfAccounts::account(AccountKind kind) const {
  return accounts_[static_cast<size_t>(kind)];
}

const Account& ChartOfAccounts::AccountFor(AccountKind kind,
                                           const TaxLine& line) const {
  SKONTRO_CHECK(kAccountRows[static_cast<size_t>(kind)].by_rate);
  const auto found =
      by_rate_.find({kind, RateKey(line.category, line.rate_ppm.value_or(-1))});
  return found == by_rate_.end() ? account(kind) : found->second;
}

std::string ChartOfAccounts::Format() const {
  std::string out;
  for (const JournalRow& row : kJournalRows) {
    const Journal& at = journal(row.kind);
    absl::StrAppend(&out, "journal.", row.name, " = ", at.code, " ", at.label,
                    "\n");
  }
  for (const AccountRow& row : kAccountRows) {
    const Account& at = account(row.kind);
    absl::StrAppend(&out, "account.", row.name, " = ", at.number, " ", at.label,
                    "\n");
  }
  for (const auto& [key, at] : by_rate_) {
    const auto& [kind, rate] = key;
    absl::StrAppend(&out, "account.",
                    kAccountRows[static_cast<size_t>(kind)].name, ".",
                    rate.first);
    if (rate.second >= 0) {
      absl::StrAppend(&out, ".",
                      ledger::FormatDecimal(rate.second, kPercentDecimals));
    }
    absl::StrAppend(&out, " = ", at.number, " ", at.label, "\n");
  }
  absl::StrAppend(&out, "auxiliary.customer_prefix = ", customer_prefix_, "\n",
                  "auxiliary.supplier_prefix = ", supplier_prefix_, "\n");
  return out;
}

}  // namespace skontro::fiscal
