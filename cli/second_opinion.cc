#include "cli/second_opinion.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "ledger/base/status.h"
#include "ledger/decimal.h"

namespace skontro::cli {
namespace {

using v1::ExportRequest;

constexpr std::array kJudges = {
    Judge{"bean-query", ExportRequest::BEANCOUNT},
    Judge{"hledger", ExportRequest::LEDGER},
    Judge{"ledger", ExportRequest::LEDGER},
    Judge{"aqbanking-cli", ExportRequest::MT940},
    Judge{"ofxdump", ExportRequest::OFX},
    Judge{"pdftotext", ExportRequest::STATEMENT_PDF},
};

constexpr size_t kLineLengthMax = 64 * 1024;

using TakeLine = std::function<void(std::string_view)>;

// Calls `take` with every line that comes from `descriptor` until it ends.
void ReadLines(int descriptor, const TakeLine& take) {
  std::string line;
  std::array<char, 4'096> piece;
  while (true) {
    const ssize_t got = read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    for (const char c :
         std::string_view(piece.data(), static_cast<size_t>(got))) {
      if (c != '\n') {
        if (line.size() < kLineLengthMax) line.push_back(c);
        continue;
      }
      take(line);
      line.clear();
    }
  }
  if (!line.empty()) take(line);
}

// Whether the program is somewhere on the PATH.
bool IsInstalled(const std::string& program) {
  const char* const path = getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    const std::string file =
        absl::StrCat(std::string(rest.substr(0, end)), "/", program);
    if (access(file.c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

// Runs a program without a shell and reads what it prints. A failure with
// kBroken where it does not end with 0, and a local one where it cannot run.
absl::Status Run(std::vector<std::string> words, const TakeLine& take) {
  std::array<int, 2> pipes{};
  if (pipe2(pipes.data(), O_CLOEXEC) != 0) {
    return Failure(ExitCode::kLocalFailure, std::strerror(errno));
  }
  const absl::Cleanup close_read = [&] { close(pipes[0]); };
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const absl::Cleanup destroy = [&] {
    posix_spawn_file_actions_destroy(&actions);
  };
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int error = posix_spawnp(&process, words[0].c_str(), &actions, nullptr,
                                 arguments.data(), environ);
  close(pipes[1]);
  if (error != 0) {
    return Failure(
        ExitCode::kLocalFailure,
        absl::StrCat("cannot start ", words[0], ": ", std::strerror(error)));
  }
  ReadLines(pipes[0], take);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return Failure(ExitCode::kBroken,
                 absl::StrCat(words[0], " does not take the file"));
}

absl::Status NoBalance(std::string_view line) {
  return Failure(ExitCode::kBroken,
                 absl::StrCat("no balance of units in '", Shown(line), "'"));
}

absl::StatusOr<int64_t> ReadUnits(std::string_view number, const Unit& unit) {
  const absl::StatusOr<int64_t> units =
      ledger::ParseDecimal(number, unit.decimals);
  if (!units.ok()) return NoBalance(number);
  return *units;
}

std::string_view Stripped(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"')) {
    text.remove_prefix(1);
  }
  while (!text.empty() &&
         (text.back() == ' ' || text.back() == '"' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

// Adds "720.50 XBU" where `line` is that; what is of another commodity stays
// out.
absl::Status AddAmount(std::string_view line, const Unit& unit,
                       int64_t* units) {
  const std::string_view text = Stripped(line);
  const size_t blank = text.rfind(' ');
  if (blank == std::string_view::npos || text.substr(blank + 1) != unit.code) {
    return absl::OkStatus();
  }
  SKONTRO_ASSIGN_OR_RETURN(const int64_t amount,
                           ReadUnits(Stripped(text.substr(0, blank)), unit));
  if (__builtin_add_overflow(*units, amount, units)) return NoBalance(line);
  return absl::OkStatus();
}

// Units of the lines that a ledger prints; nothing printed is zero.
absl::StatusOr<int64_t> SumOf(std::vector<std::string> words,
                              const Unit& unit) {
  int64_t units = 0;
  absl::Status read;
  SKONTRO_RETURN_IF_ERROR(Run(std::move(words), [&](std::string_view line) {
    if (read.ok()) read = AddAmount(line, unit, &units);
  }));
  SKONTRO_RETURN_IF_ERROR(read);
  return units;
}

// bean-query prints "XBU,720.50" for each commodity.
absl::StatusOr<int64_t> AskBeancount(const std::string& path,
                                     const Unit& unit) {
  SKONTRO_RETURN_IF_ERROR(Run({"bean-check", path}, [](std::string_view) {}));
  std::optional<std::string> number;
  SKONTRO_RETURN_IF_ERROR(
      Run({"bean-query", "-q", "-f", "csv", path,
           "SELECT currency, sum(number) AS units WHERE account ~ "
           "'^Assets:Units:' GROUP BY currency"},
          [&](std::string_view line) {
            const size_t comma = line.find(',');
            if (comma != std::string_view::npos &&
                Stripped(line.substr(0, comma)) == unit.code) {
              number = std::string(Stripped(line.substr(comma + 1)));
            }
          }));
  if (!number.has_value()) return 0;
  return ReadUnits(*number, unit);
}

absl::StatusOr<int64_t> AskOfxdump(const std::string& path, const Unit& unit) {
  constexpr std::string_view kBalance = "Ledger balance: ";
  std::optional<std::string> number;
  SKONTRO_RETURN_IF_ERROR(Run({"ofxdump", path}, [&](std::string_view line) {
    const size_t at = line.find(kBalance);
    if (at == std::string_view::npos) return;
    number = std::string(Stripped(line.substr(at + kBalance.size())));
  }));
  if (!number.has_value()) return NoBalance("");
  return ReadUnits(*number, unit);
}

// "Closing balance   632.34 XBU = 632.34 EUR" at the end of a line of the first
// page. A name that says so too has other words behind it.
absl::StatusOr<int64_t> AskPdftotext(const std::string& path,
                                     const Unit& unit) {
  constexpr std::string_view kBalance = "Closing balance ";
  std::optional<std::string> number;
  SKONTRO_RETURN_IF_ERROR(
      Run({"pdftotext", "-layout", "-l", "1", path, "-"},
          [&](std::string_view line) {
            const size_t at = line.rfind(kBalance);
            if (at == std::string_view::npos) return;
            const std::vector<std::string> words =
                absl::StrSplit(std::string(line.substr(at + kBalance.size())),
                               ' ', absl::SkipEmpty());
            if (words.size() == 5 && words[1] == unit.code && words[2] == "=") {
              number = words[0];
            }
          }));
  if (!number.has_value()) return NoBalance("");
  return ReadUnits(*number, unit);
}

// "63234%2F100%3AXBU" or "632%3AXBU": a fraction, in the escapes of AqBanking.
absl::StatusOr<int64_t> ReadFraction(std::string_view text, const Unit& unit) {
  constexpr std::string_view kColon = "%3A";
  constexpr std::string_view kSlash = "%2F";
  const size_t colon = text.find(kColon);
  if (colon == std::string_view::npos ||
      text.substr(colon + kColon.size()) != unit.code) {
    return NoBalance(text);
  }
  std::string_view top = text.substr(0, colon);
  int64_t divisor = 1;
  const size_t slash = top.find(kSlash);
  if (slash != std::string_view::npos) {
    const std::string bottom(top.substr(slash + kSlash.size()));
    if (!absl::SimpleAtoi(bottom, &divisor) || divisor <= 0) {
      return NoBalance(text);
    }
    top = top.substr(0, slash);
  }
  SKONTRO_ASSIGN_OR_RETURN(const int64_t minor, ReadUnits(top, unit));
  if (minor % divisor != 0) return NoBalance(text);
  return minor / divisor;
}

absl::StatusOr<int64_t> AskAqBanking(const std::string& path,
                                     const std::string& folder,
                                     const Unit& unit) {
  const std::string context = folder + "/context";
  SKONTRO_RETURN_IF_ERROR(
      Run({"env", "HOME=" + folder, "aqbanking-cli", "-D",
           folder + "/aqbanking", "import", "--importer=swift",
           "--profile=SWIFT-MT940", "-f", path, "-c", context},
          [](std::string_view) {}));
  constexpr std::string_view kValue = "char value=\"";
  std::ifstream file(context, std::ios::binary);
  std::string line;
  bool in_balances = false;
  while (std::getline(file, line)) {
    if (line.find("balanceList {") != std::string::npos) in_balances = true;
    const size_t at = line.find(kValue);
    if (!in_balances || at == std::string::npos) continue;
    const std::string_view value =
        std::string_view(line).substr(at + kValue.size());
    return ReadFraction(Stripped(value), unit);
  }
  return NoBalance("");
}

}  // namespace

std::span<const Judge> Judges() { return kJudges; }

absl::StatusOr<std::optional<int64_t>> AskJudge(const Judge& judge,
                                                const std::string& path,
                                                const std::string& folder,
                                                const Unit& unit) {
  const std::string_view program = judge.program;
  if (!IsInstalled(judge.program)) return std::nullopt;
  if (program == "bean-query") return AskBeancount(path, unit);
  if (program == "aqbanking-cli") return AskAqBanking(path, folder, unit);
  if (program == "ofxdump") return AskOfxdump(path, unit);
  if (program == "pdftotext") return AskPdftotext(path, unit);
  if (program == "hledger") {
    SKONTRO_RETURN_IF_ERROR(
        Run({"hledger", "-f", path, "check"}, [](std::string_view) {}));
    return SumOf({"hledger", "-f", path, "balance", "-N", "--format",
                  "%(total)", "Assets:Units"},
                 unit);
  }
  return SumOf({"ledger", "-f", path, "balance", "Assets:Units", "--no-total",
                "--balance-format", "%(scrub(display_total))\n"},
               unit);
}

}  // namespace skontro::cli
