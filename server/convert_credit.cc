#include "server/convert_credit.h"

#include <optional>
#include <string>
#include <utility>

#include "ledger/base/status.h"
#include "ledger/store_journal.h"
#include "server/convert_amount.h"

namespace skontro::server {

absl::Status WriteCreditLineChange(const ledger::Snapshot& snapshot,
                                   ledger::Sequence sequence,
                                   const engine::LimitRow& row,
                                   v1::CreditLineChange* out) {
  out->set_sequence(WireSequence(sequence));
  WriteTime(row.time_us, out->mutable_record_time());
  WriteAmount(row.set.old_credit_line, out->mutable_old_credit_line());
  WriteAmount(row.set.new_credit_line, out->mutable_new_credit_line());
  WriteAmount(row.set.old_balance_limit, out->mutable_old_balance_limit());
  WriteAmount(row.set.new_balance_limit, out->mutable_new_balance_limit());
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<std::string> reason,
      ReadPersonal(snapshot, static_cast<uint64_t>(row.subject), sequence,
                   engine::kLimitReasonField));
  out->set_reason(std::move(reason).value_or(""));
  out->set_author(row.author);
  return absl::OkStatus();
}

}  // namespace skontro::server
