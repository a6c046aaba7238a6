#include "server/operations.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "server/convert_amount.h"
#include "server/error.h"
#include "server/resource_name.h"

namespace skontro::server {

Operation::Operation(std::string_view network, std::string_view method,
                     uint64_t number, int64_t start_us)
    : number_(number), method_(method) {
  shown_.set_name(OperationName(network, absl::StrCat(number)));
  shown_.set_method(method_);
  shown_.set_state(v1::Operation::RUNNING);
  WriteTime(start_us, shown_.mutable_start_time());
}

v1::Operation Operation::Get() const {
  const absl::MutexLock lock(&mutex_);
  return shown_;
}

bool Operation::running() const {
  const absl::MutexLock lock(&mutex_);
  return shown_.state() == v1::Operation::RUNNING;
}

void Operation::SetProgress(int64_t done, int64_t total) {
  const absl::MutexLock lock(&mutex_);
  shown_.set_done_count(done);
  shown_.set_total_count(total);
}

void Operation::Succeed(v1::VerifyReport report, int64_t end_us) {
  const absl::MutexLock lock(&mutex_);
  SKONTRO_CHECK(shown_.state() == v1::Operation::RUNNING);
  shown_.set_state(v1::Operation::SUCCEEDED);
  WriteTime(end_us, shown_.mutable_end_time());
  *shown_.mutable_verify_report() = std::move(report);
}

void Operation::Fail(const absl::Status& status, int64_t end_us) {
  const absl::MutexLock lock(&mutex_);
  SKONTRO_CHECK(shown_.state() == v1::Operation::RUNNING);
  WriteTime(end_us, shown_.mutable_end_time());
  if (absl::IsCancelled(status)) {
    shown_.set_state(v1::Operation::CANCELLED);
    return;
  }
  shown_.set_state(v1::Operation::FAILED);
  *shown_.mutable_error() = ToRpcStatus(status);
}

absl::StatusOr<Operations::Begun> Operations::Begin(std::string_view network,
                                                    std::string_view method,
                                                    int64_t now_us) {
  const absl::MutexLock lock(&mutex_);
  if (stopping_) return ToStatus({Reason::kShuttingDown, {}});
  OfNetwork& operations =
      networks_.try_emplace(std::string(network)).first->second;
  size_t ended = 0;
  for (auto one = operations.rbegin(); one != operations.rend(); ++one) {
    if (!one->second->running()) {
      ++ended;
    } else if (one->second->method() == method && !one->second->cancelled()) {
      return Begun{one->second, false};
    }
  }
  for (auto one = operations.begin();
       ended >= kKeptMax && one != operations.end();) {
    if (one->second->running()) {
      ++one;
    } else {
      one = operations.erase(one);
      --ended;
    }
  }
  // By time, so that an id of before a restart does not come again.
  newest_ = std::max(newest_ + 1, static_cast<uint64_t>(now_us));
  auto operation =
      std::make_shared<Operation>(network, method, newest_, now_us);
  operations.emplace(newest_, operation);
  return Begun{std::move(operation), true};
}

std::shared_ptr<Operation> Operations::Find(std::string_view network,
                                            std::string_view id) const {
  uint64_t number = 0;
  // The id as it was given out, and not another spelling of the number.
  if (!absl::SimpleAtoi(absl::string_view(id.data(), id.size()), &number) ||
      absl::StrCat(number) != id) {
    return nullptr;
  }
  const absl::MutexLock lock(&mutex_);
  const auto operations = networks_.find(network);
  if (operations == networks_.end()) return nullptr;
  const auto found = operations->second.find(number);
  return found == operations->second.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Operation>> Operations::List(
    std::string_view network, uint64_t before, size_t count) const {
  const absl::MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<Operation>> listed;
  const auto operations = networks_.find(network);
  if (operations == networks_.end()) return listed;
  auto one = std::make_reverse_iterator(operations->second.lower_bound(before));
  for (; one != operations->second.rend() && listed.size() < count; ++one) {
    listed.push_back(one->second);
  }
  return listed;
}

void Operations::CancelAll() {
  const absl::MutexLock lock(&mutex_);
  stopping_ = true;
  for (const auto& [network, operations] : networks_) {
    for (const auto& [number, operation] : operations) operation->Cancel();
  }
}

}  // namespace skontro::server
