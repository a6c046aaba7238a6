#include "engine/genesis.h"

#include "engine/event_codec.h"
#include "ledger/store_journal.h"

namespace skontro::engine {

absl::Status CreateNetwork(ledger::Store* store, const ledger::NetworkUid& uid,
                           const NetworkCreated& terms,
                           const GenesisRequest& request) {
  ledger::Record record;
  record.kind = ledger::RecordKind::kGenesis;
  record.time_us = request.time_us;
  record.booking_date = request.booking_date;
  record.actor = request.actor.identity;
  record.request_id = request.request_id;
  record.request_fields = request.request_fields;
  record.event = EncodeEvent(terms);
  return ledger::StoreJournal::Create(store, uid, record, /*personal=*/{});
}

}  // namespace skontro::engine
