// Makes the rows of the engine's index families from the events of records: one
// function from record to rows, for a running server and for a restart alike.
//
// Thread safety: stateless.

#ifndef SKONTRO_ENGINE_EVENT_PROJECTOR_H_
#define SKONTRO_ENGINE_EVENT_PROJECTOR_H_

#include "engine/event.h"
#include "ledger/projection.h"

namespace skontro::engine {

class IndexProjector : public ledger::EventProjector {
 public:
  absl::Status Project(Sequence sequence, const ledger::Record& record,
                       ledger::RowBuffer* rows) override;
};

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_EVENT_PROJECTOR_H_
