// Signals by which somebody asks a run to end, for what cannot just be ended:
// a list ends behind a whole row and says that it is not complete, a tour stops
// its server and removes what it made. The end of the terminal stays ignored
// where it is, as under nohup.
//
// Thread safety: watches belong to one thread; one that is made while another
// is there has to go before it.

#ifndef SKONTRO_CLI_INTERRUPT_H_
#define SKONTRO_CLI_INTERRUPT_H_

#include <csignal>
#include <utility>
#include <vector>

namespace skontro::cli {

class InterruptWatch {
 public:
  // Watches for Ctrl-C. A second one ends the process at once, as one does
  // everywhere else.
  InterruptWatch();

  // Watches for each of the signals, however often they come: whoever asks for
  // that has to see to it that it ends.
  explicit InterruptWatch(const std::vector<int>& signals);

  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  // Whether one of the signals has come since it was made.
  bool interrupted() const;

 private:
  InterruptWatch(const std::vector<int>& signals, int flags);

  const std::sig_atomic_t count_;
  std::vector<std::pair<int, struct sigaction>> before_;
};

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_INTERRUPT_H_
