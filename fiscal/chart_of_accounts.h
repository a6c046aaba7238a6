// The chart of accounts of an export: which journals and accounts the entries
// of a member are booked on. It is configuration, because one network tells its
// members to keep units like a bank account and another like a receivable. The
// default is the French plan comptable general; the file that changes it is
// described in docs/fiscal/chart_of_accounts.md.
//
// Thread safety: a value; const methods from any thread.

#ifndef SKONTRO_FISCAL_CHART_OF_ACCOUNTS_H_
#define SKONTRO_FISCAL_CHART_OF_ACCOUNTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "fiscal/tax_line.h"

namespace skontro::fiscal {

enum class JournalKind { kOpening, kSales, kPurchases, kUnits, kGeneral };
inline constexpr size_t kJournalKinds = 5;

enum class AccountKind {
  kUnits,      // The member's account in the network.
  kCustomers,  // With an auxiliary account for each.
  kSuppliers,  // With an auxiliary account for each.
  kSales,
  kPurchases,
  kVatCollected,
  kVatDeductible,
  kOpeningContra,  // The other side of the opening balance.
  kSuspense,       // The other side of units moved without an invoice.
};
inline constexpr size_t kAccountKinds = 9;

struct Journal {
  std::string code;  // 1 to 6 capital letters or digits, such as "VE".
  std::string label;

  friend bool operator==(const Journal&, const Journal&) = default;
};

struct Account {
  std::string number;  // 3 to 20 letters or digits; the first three are digits.
  std::string label;

  friend bool operator==(const Account&, const Account&) = default;
};

class ChartOfAccounts {
 public:
  // The French default. `unit_code` goes into the labels of the unit account
  // and its journal.
  static ChartOfAccounts Default(std::string_view unit_code);

  // The default with what `text` changes.
  //
  // Returns INVALID_ARGUMENT with FIELD_INVALID naming the line for a line that
  // is no `key = value`, an unknown key, a key given twice, a value that is not
  // of the form above, a label with tab, `|`, quote or control characters or
  // longer than 100 bytes, two journals with one code, and more than 64 KiB.
  static absl::StatusOr<ChartOfAccounts> Parse(std::string_view text,
                                               std::string_view unit_code);

  const Journal& journal(JournalKind kind) const;
  const Account& account(AccountKind kind) const;

  // The account for this line: the one for its category and rate if the chart
  // has one, else account(kind).
  // REQUIRES: `kind` is sales, purchases or one of the two VAT accounts.
  const Account& AccountFor(AccountKind kind, const TaxLine& line) const;

  // What is put before a counterparty's id to name its auxiliary account.
  const std::string& customer_prefix() const { return customer_prefix_; }
  const std::string& supplier_prefix() const { return supplier_prefix_; }

  // The whole chart as a file that Parse() reads back.
  std::string Format() const;

 private:
  friend class ChartParser;

  ChartOfAccounts() = default;

  // Category and rate, -1 for none.
  using RateKey = std::pair<std::string, int64_t>;

  std::array<Journal, kJournalKinds> journals_;
  std::array<Account, kAccountKinds> accounts_;
  std::map<std::pair<AccountKind, RateKey>, Account> by_rate_;
  std::string customer_prefix_ = "C-";
  std::string supplier_prefix_ = "F-";
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_CHART_OF_ACCOUNTS_H_
