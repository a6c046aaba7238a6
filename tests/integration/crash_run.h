// A CrashRun puts a real skontrod under load from many clients, kills it at
// random moments, starts it again, and proves after each start and at the end
// of each round that nothing was lost, doubled or half done. See audit.h for
// what is proved. The same seed makes the same calls; when the kills hit is up
// to the machine.
//
// On disk: DIR/server is the data directory of the server, DIR/witness what the
// witness wrote at the end of the last round. A run that was itself cut short
// goes on from there: it takes it that every call of the next round was sent
// and not answered.
//
// Thread safety: none; one thread owns a CrashRun.

#ifndef SKONTRO_TESTS_INTEGRATION_CRASH_RUN_H_
#define SKONTRO_TESTS_INTEGRATION_CRASH_RUN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/integration/audit.h"
#include "tests/integration/books.h"
#include "tests/integration/call_log.h"
#include "tests/integration/dice.h"
#include "tests/integration/load_client.h"
#include "tests/integration/load_plan.h"
#include "tests/integration/load_run.h"
#include "tests/integration/server_process.h"

namespace skontro::integration {

class CrashRun {
 public:
  struct Options {
    uint64_t seed = 1;
    std::string directory;
    std::string skontrod;  // Paths of the programs.
    std::string skontro;
    std::vector<std::string> server_flags;
    int64_t networks = 2;
    LoadPlan::Options plan;  // Of each network; the seed is put in.
    // Share of the time that `skontro verify` may take, in percent; 100 means
    // after every start and after every round.
    int64_t verify_percent = 100;
    bool resume = false;
  };

  // What happened so far.
  struct Totals {
    int64_t rounds = 0;
    int64_t kills = 0;           // kill -9 under load.
    int64_t kills_at_start = 0;  // kill -9 before the server served.
    int64_t stops = 0;           // SIGTERM under load.
    int64_t starts = 0;
    int64_t sent = 0;          // Calls, resent ones too.
    int64_t repeated = 0;      // Answers that were compared with the first.
    int64_t old_repeated = 0;  // Of them, of calls of earlier rounds.
    int64_t unknown = 0;       // Calls whose answer was lost.
    int64_t trades = 0;
    int64_t refusals = 0;
    int64_t records = 0;        // In the journals, now.
    int64_t observations = 0;   // Reads under load, compared afterwards.
    int64_t verifications = 0;  // By skontro verify.
    int64_t peak_memory_kib = 0;
    absl::Duration slowest_start;
  };

  // Starts the server and makes the networks, or finds those of the run that
  // this one resumes. Returns NOT_FOUND where there is nothing to resume.
  static absl::StatusOr<std::unique_ptr<CrashRun>> Open(const Options& options);

  // Makes every call of one more round, through one to three kills. Returns
  // DATA_LOSS with all findings where something does not hold, and any other
  // error where the server cannot be worked with.
  absl::Status RunRound();

  // Stops the server and verifies what it left.
  absl::Status Close();

  const Totals& totals() const { return totals_; }
  const std::string& data_dir() const { return data_dir_; }

 private:
  // One network, and all that is known of it apart from the server.
  struct Circle {
    std::string id;
    LoadPlan plan;
    Books books;
    std::unique_ptr<CallLog> log;
    std::vector<Observation> observations;
  };

  // How the server is to end in the middle of a pass.
  struct Ending {
    bool happens = false;
    bool is_kill = true;
    int64_t after_calls = 0;
    absl::Duration delay;
  };

  // An answer of an earlier round.
  struct OldAnswer {
    size_t circle = 0;
    CallId id;
    uint64_t fingerprint = 0;
  };

  explicit CrashRun(const Options& options);

  absl::Status StartServer();
  absl::Status Restart();
  absl::Status MakeNetworks();
  absl::Status MakeNetwork(const Circle& circle);
  std::vector<std::unique_ptr<LoadClient>> Clients() const;
  Ending DrawEnding(bool is_wanted);
  // Returns whether the server ended as it was to.
  absl::StatusOr<bool> RunPass(int64_t pass, const Ending& ending);
  absl::Status WaitForEnd(const Ending& ending);
  // Audits every network; with `closes` the books are closed.
  absl::Status Compare(bool closes);
  absl::Status CompareReads(const LoadClient& client, const Circle& circle,
                            int64_t head);
  absl::Status ResendOld();
  void KeepOld();
  absl::Status Verify();
  absl::Status CheckLog();
  absl::Status Found(const std::string& when);
  absl::Status SaveWitness() const;
  absl::Status LoadWitness();
  void CountRound();

  const Options options_;
  const std::string data_dir_;
  Dice dice_;
  std::vector<Circle> circles_;
  std::unique_ptr<ServerProcess> server_;
  int64_t round_ = 0;
  bool suspects_all_ = false;
  std::vector<OldAnswer> old_;
  Findings findings_;
  Totals totals_;
  absl::Duration verifying_;
  absl::Time started_;
};

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_CRASH_RUN_H_
