// Trades to and from the wire.
//
// Thread safety: pure functions; a TradeReader belongs to one thread.

#ifndef SKONTRO_SERVER_CONVERT_TRADE_H_
#define SKONTRO_SERVER_CONVERT_TRADE_H_

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/command.h"
#include "engine/index_reader.h"
#include "server/form.h"
#include "skontro/v1/trade_service.pb.h"

namespace skontro::server {

// The command of the trade in `request`, but for the salt of its description.
// What is wrong with it goes to `form`; what depends on the terms of the
// network is left to the engine. `parent`, `request_id` and `validate_only` are
// not looked at.
engine::CreateTrade ReadTrade(const v1::CreateTradeRequest& request,
                              std::string_view network, Form* form);

// What a trade says beside its row.
struct TradeTexts {
  std::string seller;  // Ids of members.
  std::string buyer;
  std::string description;
};

void WriteTrade(const engine::NetworkCreated& terms,
                const engine::TradeHistory& trade, const TradeTexts& texts,
                v1::Trade* out);

// The history of a trade that was created by the record `sequence` just now.
engine::TradeHistory NewTrade(engine::TradeCreated created,
                              ledger::Sequence sequence, int64_t time_us,
                              ledger::CivilDate booking_date);

// Reads trades of one snapshot, and remembers whom their members' numbers name.
class TradeReader {
 public:
  TradeReader(const engine::NetworkCreated& terms,
              const ledger::Snapshot& snapshot)
      : terms_(terms), snapshot_(snapshot) {}

  // Writes a trade that was found. Returns DATA_LOSS where it names members
  // that are not there, or an error of the disk.
  absl::Status Write(const engine::TradeHistory& trade, v1::Trade* out);

  // Writes the trade of that number as of a sequence; DATA_LOSS if there is
  // none, since only the journal gives numbers.
  absl::Status WriteByNumber(engine::TradeNumber number, ledger::Sequence as_of,
                             v1::Trade* out);

  // Writes the trade as of a sequence; RESOURCE_NOT_FOUND if there was none.
  absl::Status WriteById(std::string_view id, ledger::Sequence as_of,
                         v1::Trade* out);

 private:
  absl::StatusOr<std::string> MemberId(engine::MemberNumber number);

  const engine::NetworkCreated& terms_;
  const ledger::Snapshot& snapshot_;
  absl::flat_hash_map<engine::MemberNumber, std::string> member_ids_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_TRADE_H_
