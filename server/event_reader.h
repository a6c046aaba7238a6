// An EventReader reads the records of a network as its watchers see them: which
// event each is, which members it is about and, on demand, the message.
//
// What was read near the end of the journal is kept, so that a thousand
// watchers of the newest events cost one of them.
//
// Thread safety: none; one thread owns it.

#ifndef SKONTRO_SERVER_EVENT_READER_H_
#define SKONTRO_SERVER_EVENT_READER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/event.h"
#include "ledger/projection.h"
#include "ledger/record.h"
#include "server/network.h"
#include "skontro/v1/event_service.pb.h"

namespace skontro::server {

// A record, seen from outside.
struct SeenRecord {
  ledger::Sequence sequence{};
  // TYPE_UNSPECIFIED where it is nobody's affair: a refusal, a digest.
  v1::Event::Type type = v1::Event::TYPE_UNSPECIFIED;
  // Whom it is about; nobody where it is about the network.
  std::vector<engine::MemberNumber> parties;
  // Filled by Message().
  std::optional<v1::Event> message;

  // To make the message of.
  ledger::Record record;
  ledger::Digest digest{};
  std::optional<engine::Event> event;
};

class EventReader {
 public:
  explicit EventReader(const Network& network) : network_(network) {}

  // Calls `visit` with the records from `from` up to the view's last, in order,
  // until it returns false, or an error. Returns JOURNAL_CHAIN_BROKEN where the
  // journal is damaged.
  absl::Status Walk(
      const ledger::ReadView& view, ledger::Sequence from,
      const std::function<absl::StatusOr<bool>(SeenRecord&)>& visit);

  // The message of a record that Walk() of the same view is at.
  absl::StatusOr<const v1::Event*> Message(const ledger::ReadView& view,
                                           SeenRecord* seen) const;

 private:
  absl::StatusOr<std::shared_ptr<SeenRecord>> See(
      const ledger::ReadView& view, ledger::Sequence sequence,
      ledger::Record record, const ledger::Digest& digest) const;
  void Keep(const ledger::ReadView& view, std::shared_ptr<SeenRecord> seen);

  const Network& network_;
  std::map<ledger::Sequence, std::shared_ptr<SeenRecord>> newest_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_EVENT_READER_H_
