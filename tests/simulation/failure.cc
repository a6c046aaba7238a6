#include "tests/simulation/failure.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace skontro::simulation {
namespace {

char repeat_with[256];
std::atomic<uint64_t> current_step;

void Write(const char* text) {
  // Nothing can be done about a message that cannot be written.
  if (write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

// May only call what a signal handler may.
void SayTheSeed(int /*signal*/) {
  char digits[24];
  char* at = digits + sizeof(digits) - 1;
  *at = '\0';
  uint64_t step = current_step;
  do {
    *--at = static_cast<char>('0' + step % 10);
    step /= 10;
  } while (step > 0);
  Write("the simulation failed at step ");
  Write(at);
  Write(repeat_with);
  std::signal(SIGABRT, SIG_DFL);
}

}  // namespace

void BeginSeed(uint64_t seed, uint64_t commands, bool threaded) {
  std::snprintf(repeat_with, sizeof(repeat_with),
                "\nrepeat it with: simulate --seed %llu --commands %llu%s "
                "--trace\n",
                static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(commands),
                threaded ? " --threads" : "");
  current_step = 0;
  std::signal(SIGABRT, &SayTheSeed);
}

void BeginStep(uint64_t step) { current_step = step; }

void Fail(const std::string& what) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

void FailIf(const std::string& wrong) {
  if (!wrong.empty()) Fail(wrong);
}

}  // namespace skontro::simulation
