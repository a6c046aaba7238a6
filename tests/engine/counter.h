// A Counter is where the tests of the engine stand in line: it sends commands
// to an Engine from any thread and waits for the answers. Every answer that it
// gets is held against what is durable by then and what can be read by then.
//
// Thread safety: Send() and Ask() may be called from any thread.

#ifndef SKONTRO_TESTS_ENGINE_COUNTER_H_
#define SKONTRO_TESTS_ENGINE_COUNTER_H_

#include <atomic>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "engine/engine.h"
#include "ledger/storage/memory_store.h"
#include "tests/engine/commands.h"
#include "tests/engine/slow_disk.h"

namespace skontro::engine {

// An answer that may not have come yet.
class Awaited {
 public:
  // Waits for it.
  const absl::StatusOr<Answer>& Wait() {
    given_.WaitForNotification();
    return answer_;
  }

  // Whether it has come.
  bool given() const { return came_; }

 private:
  friend class Counter;
  absl::Notification given_;
  std::atomic<bool> came_ = false;
  absl::StatusOr<Answer> answer_ = absl::UnknownError("not answered yet");
};

class Counter {
 public:
  // Opens an engine on the network in `store`; a new one where there is none.
  explicit Counter(const Engine::Options& options = {},
                   std::unique_ptr<ledger::MemoryStore> store = nullptr);

  Engine& engine() { return *engine_; }
  SlowDisk& disk() { return disk_; }
  const ledger::MemoryStore& store() const { return *store_; }

  // Fills in what `command` lacks: request id, fields, time and day.
  Command Fill(Command command);

  // Sends commands, all with one lock.
  std::shared_ptr<Awaited> Send(Command command);
  std::vector<std::shared_ptr<Awaited>> SendAll(std::vector<Command> commands);

  // Sends and waits. MustAsk() stops the process if it is not carried out.
  absl::StatusOr<Answer> Ask(Command command);
  Answer MustAsk(Command command);

  // Waits until the writer has taken all commands.
  void WaitForEmptyQueue();

  // Stops the engine, when all that it accepted is answered.
  void Close() { engine_.reset(); }

  // Answers that were not durable or not readable when they came.
  int early_answers() const { return early_answers_; }

  // The balance that a member has in the newest view.
  int64_t BalanceOf(std::string_view member);

 private:
  Reply ReplyTo(std::shared_ptr<Awaited> awaited);

  std::unique_ptr<ledger::MemoryStore> store_;
  SlowDisk disk_;
  std::atomic<uint64_t> requests_ = 0;
  std::atomic<int64_t> time_us_;
  std::atomic<int> early_answers_ = 0;
  Engine* raw_engine_ = nullptr;  // For replies while it is being stopped.
  std::unique_ptr<Engine> engine_;
};

}  // namespace skontro::engine

#endif  // SKONTRO_TESTS_ENGINE_COUNTER_H_
