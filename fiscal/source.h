// A Source is what an export reads: the trades of one member in one fiscal
// year, and who and what they are about. Formats have no state and know neither
// engine nor server, so the server and the command line implement this on a
// snapshot of the journal; tests implement it on a list.
//
// A Source shows one journal sequence. Two reads of the same Source give the
// same rows, and a closed period gives the same rows for ever, so an export can
// be made again to the byte.
//
// Memory: a Source hands out one trade at a time; neither it nor a format keeps
// them.
//
// Thread safety: one thread at a time.

#ifndef SKONTRO_FISCAL_SOURCE_H_
#define SKONTRO_FISCAL_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "fiscal/exact_rate.h"
#include "fiscal/tax_line.h"
#include "ledger/civil_date.h"

namespace skontro::fiscal {

// The member whose books these are.
struct ReportingMember {
  std::string id;          // The last part of its name, such as "atelier".
  std::string legal_name;  // Empty once its personal data was erased.
  std::string siren;       // As written; empty when it has none.
  std::string vat_id;      // As written; empty when it has none.
};

struct NetworkInfo {
  std::string id;
  std::string name;
  std::string unit_code;          // Three capital letters.
  int unit_decimals = 2;          // 0 to 4.
  std::string national_currency;  // ISO 4217, what the unit is pegged to.
  int national_decimals = 2;      // 0 to 4.
  bool simulated = false;         // Its history was generated; for ever so.
};

// Civil dates in the member's zone; both ends belong to it.
struct Period {
  // Where numbers of entries start again at 1. The source streams from here.
  ledger::CivilDate fiscal_year_start;
  // fiscal_year_start <= first_day <= last_day, all in one fiscal year.
  ledger::CivilDate first_day;
  ledger::CivilDate last_day;
  // No posting can enter it any more. Else what is exported is provisional.
  bool closed = false;
};

// What the member's unit account holds: units and the national value they were
// booked at, both signed, above zero where the network owes the member.
struct UnitBalance {
  int64_t units = 0;
  int64_t national_value = 0;

  friend bool operator==(const UnitBalance&, const UnitBalance&) = default;
};

// The place in the journal that the source shows.
struct JournalPosition {
  int64_t sequence = 0;
  std::string digest;   // Of the record at `sequence`, lower-case hex.
  int64_t time_us = 0;  // When that was committed: microseconds since 1970 UTC.
  // When the first record behind period.last_day was committed, whoever it is
  // about: from then on the period is closed, so every later position says the
  // same. 0: not known.
  int64_t closed_time_us = 0;
};

struct Counterparty {
  std::string member_id;
  std::string legal_name;  // Empty once its personal data was erased.
};

struct InvoiceReference {
  std::string number;            // Empty: a trade without an invoice.
  ledger::CivilDate issue_date;  // No date: the trade's value date counts.
};

// Zero for a trade that is settled in units alone. What of it was paid is not
// known to the network.
struct CashLeg {
  int64_t minor_units = 0;
  std::string currency;
};

// One record of the journal that moved units of the member.
//
// A trade that is settled in parts is several records. The first one carries
// the invoice's gross, prepaid and tax lines; those after it carry zero and
// none, and only their unit leg is booked.
struct MemberTrade {
  enum class Kind {
    kSettled,
    kReversed,  // Undoes a whole settled record; amounts are those of that one.
  };
  enum class Role {  // In the trade; the same in its reversal.
    kSeller,
    kBuyer,
  };

  int64_t sequence = 0;
  Kind kind = Kind::kSettled;
  Role role = Role::kSeller;
  std::string trade_id;
  Counterparty counterparty;
  InvoiceReference invoice;

  // When it was committed: decides order, period and fiscal year.
  ledger::CivilDate booking_date;
  // What the parties agreed on; the date of the document of the settlement.
  ledger::CivilDate value_date;

  // The unit leg without sign, minor units, above zero, and its value in minor
  // units of the national currency as fixed at the trade.
  int64_t units = 0;
  int64_t national_value = 0;
  ExactRate rate;
  CashLeg cash;

  // Of the invoice, in minor units of the national currency: its total with
  // tax, what had been paid before the trade, and the tax by rate. Gross zero:
  // no invoice is to be booked with this record. No tax lines: not known.
  int64_t gross = 0;
  int64_t prepaid = 0;
  std::vector<TaxLine> tax_lines;

  std::string digest;             // Of the record, lower-case hex.
  std::string previous_digest;    // Of the record before it in the journal.
  int64_t reversed_sequence = 0;  // kReversed: the record that it undoes.
};

class Source {
 public:
  virtual ~Source() = default;

  virtual ReportingMember Member() const = 0;
  virtual NetworkInfo Network() const = 0;
  virtual Period GetPeriod() const = 0;
  virtual JournalPosition Position() const = 0;

  // The balance before the first record booked on or after
  // period.fiscal_year_start, and after the last one booked on or before
  // period.last_day.
  virtual UnitBalance Opening() const = 0;
  virtual UnitBalance Closing() const = 0;

  // Calls `visit` for every record that moved units of the member and was
  // booked from period.fiscal_year_start to period.last_day, in the order of
  // the sequences. Booking dates never run back.
  //
  // Stops at, and returns, the first error of `visit`. Returns any error that
  // reading the journal has.
  virtual absl::Status ForEachTrade(
      absl::FunctionRef<absl::Status(const MemberTrade&)> visit) = 0;

 protected:
  Source() = default;
  Source(const Source&) = default;
  Source& operator=(const Source&) = default;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_SOURCE_H_
