#include "bench/load/witness_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ledger/base/check.h"

namespace skontro::bench {
namespace {

using Kind = WitnessedCall::Kind;
using Outcome = WitnessedCall::Outcome;
using Fields = std::vector<std::string>;

// "sent ID KEY KIND ...", or nullopt.
std::optional<WitnessedCall> ReadSent(const Fields& fields) {
  WitnessedCall call;
  if (fields.size() < 5 || !absl::SimpleAtoi(fields[2], &call.key)) {
    return std::nullopt;
  }
  if (fields[3] == "accept" && fields.size() == 5 && !fields[4].empty()) {
    call.kind = Kind::kAccept;
    call.trade = fields[4];
    return call;
  }
  if (fields.size() != 7 || (fields[3] != "settle" && fields[3] != "request") ||
      !absl::SimpleAtoi(fields[4], &call.seller) ||
      !absl::SimpleAtoi(fields[5], &call.buyer) ||
      !absl::SimpleAtoi(fields[6], &call.units)) {
    return std::nullopt;
  }
  call.kind = fields[3] == "settle" ? Kind::kSettle : Kind::kRequest;
  return call;
}

// The same request was sent again.
bool IsSame(const WitnessedCall& a, const WitnessedCall& b) {
  return a.kind == b.kind && a.key == b.key && a.seller == b.seller &&
         a.buyer == b.buyer && a.units == b.units &&
         (a.kind != Kind::kAccept || a.trade == b.trade);
}

bool TakeAnswer(const Fields& fields, WitnessedCall* call) {
  int64_t sequence = 0;
  if (fields.size() != 4 || !absl::SimpleAtoi(fields[3], &sequence)) {
    return false;
  }
  if (call->outcome != Outcome::kUnknown || call->kind == Kind::kAccept) {
    const bool same_trade = call->trade == fields[2];
    const bool same_sequence =
        call->outcome == Outcome::kUnknown || call->sequence == sequence;
    if (!same_trade || !same_sequence || call->outcome == Outcome::kRefused) {
      return false;
    }
  }
  call->outcome = Outcome::kAnswered;
  call->trade = fields[2];
  call->sequence = sequence;
  return true;
}

bool TakeRefusal(const Fields& fields, WitnessedCall* call) {
  if (fields.size() != 3 || call->outcome == Outcome::kAnswered) return false;
  call->outcome = Outcome::kRefused;
  call->code = fields[2];
  return true;
}

bool TakeLine(const std::string& line, WitnessedCalls* calls) {
  const Fields fields = absl::StrSplit(line, '\t');
  if (fields.size() < 3 || fields[1].empty()) return false;
  if (fields[0] == "sent") {
    std::optional<WitnessedCall> call = ReadSent(fields);
    if (!call.has_value()) return false;
    const auto [at, is_new] = calls->try_emplace(fields[1], *call);
    return is_new || IsSame(at->second, *call);
  }
  const auto found = calls->find(fields[1]);
  if (found == calls->end()) return false;
  if (fields[0] == "answered") return TakeAnswer(fields, &found->second);
  return fields[0] == "refused" && TakeRefusal(fields, &found->second);
}

}  // namespace

absl::StatusOr<std::unique_ptr<WitnessLog>> WitnessLog::Open(
    const std::string& path) {
  const int file =
      open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) {
    return absl::UnavailableError(
        absl::StrCat(path, " cannot be written: ", std::strerror(errno)));
  }
  // A line that a crash cut short is ended, so that the next one is its own.
  const off_t size = lseek(file, 0, SEEK_END);
  char last = '\n';
  if (size > 0) SKONTRO_CHECK(pread(file, &last, 1, size - 1) == 1);
  auto log = std::unique_ptr<WitnessLog>(new WitnessLog(file));
  if (last != '\n') log->Write("\tcut\n");
  return log;
}

WitnessLog::~WitnessLog() { close(file_); }

void WitnessLog::Sent(const std::string& id, const WitnessedCall& call) {
  if (call.kind == Kind::kAccept) {
    Write(absl::StrCat("sent\t", id, "\t", call.key, "\taccept\t", call.trade,
                       "\n"));
    return;
  }
  Write(absl::StrCat("sent\t", id, "\t", call.key,
                     call.kind == Kind::kSettle ? "\tsettle\t" : "\trequest\t",
                     call.seller, "\t", call.buyer, "\t", call.units, "\n"));
}

void WitnessLog::Answered(const std::string& id, const std::string& trade,
                          int64_t sequence) {
  Write(absl::StrCat("answered\t", id, "\t", trade, "\t", sequence, "\n"));
}

void WitnessLog::Refused(const std::string& id, const std::string& code) {
  Write(absl::StrCat("refused\t", id, "\t", code, "\n"));
}

void WitnessLog::Write(absl::string_view line) {
  absl::MutexLock lock(&mutex_);
  // One write of a line to a file that is appended to: whole, or the disk is
  // full and nothing can be witnessed any more.
  SKONTRO_CHECK(write(file_, line.data(), line.size()) ==
                static_cast<ssize_t>(line.size()));
}

absl::StatusOr<WitnessedCalls> ReadWitnessLog(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("there is no ", path));
  WitnessedCalls calls;
  std::string line;
  int64_t number = 0;
  while (std::getline(file, line)) {
    ++number;
    const bool cut = file.eof() || absl::EndsWith(line, "\tcut");
    if (!cut && !TakeLine(line, &calls)) {
      return absl::DataLossError(
          absl::StrCat(path, ":", number, ": '", line,
                       "' is no line of a witness, or contradicts an earlier "
                       "one"));
    }
  }
  return calls;
}

}  // namespace skontro::bench
