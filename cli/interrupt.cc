#include "cli/interrupt.h"

#include "ledger/base/check.h"

namespace skontro::cli {
namespace {

// Counted, so that a watch inside another takes nothing away from it.
volatile std::sig_atomic_t asked = 0;

void Ask(int /*signal*/) { asked = asked + 1; }

}  // namespace

InterruptWatch::InterruptWatch()
    : InterruptWatch({SIGINT}, static_cast<int>(SA_RESETHAND)) {}

InterruptWatch::InterruptWatch(const std::vector<int>& signals)
    : InterruptWatch(signals, 0) {}

InterruptWatch::InterruptWatch(const std::vector<int>& signals, int flags)
    : count_(asked) {
  struct sigaction action = {};
  action.sa_handler = Ask;
  // With SA_RESETHAND a second one finds what the system does.
  action.sa_flags = flags;
  for (const int signal : signals) {
    struct sigaction before = {};
    SKONTRO_CHECK(sigaction(signal, nullptr, &before) == 0);
    if (signal == SIGHUP && before.sa_handler == SIG_IGN) continue;
    SKONTRO_CHECK(sigaction(signal, &action, nullptr) == 0);
    before_.emplace_back(signal, before);
  }
}

InterruptWatch::~InterruptWatch() {
  for (const auto& [signal, before] : before_) {
    SKONTRO_CHECK(sigaction(signal, &before, nullptr) == 0);
  }
}

bool InterruptWatch::interrupted() const { return asked != count_; }

}  // namespace skontro::cli
