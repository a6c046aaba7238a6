#include "server/http/gateway.h"

#include <utility>

#include "ledger/base/check.h"
#include "server/http/connection.h"
#include "server/http/openapi.h"

namespace skontro::server::http {
namespace {

constexpr int kWorkers = 2;
constexpr size_t kWorkMax = 64;

// Connections beyond the most that are served, while they are told so.
constexpr size_t kRefusedMax = 100;

Response TextPage(int status, const char* text) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = text;
  return response;
}

}  // namespace

Gateway::Gateway(Options options, bool loopback_only, Log* log)
    : options_(std::move(options)),
      loopback_only_(loopback_only),
      log_(log),
      workers_(kWorkers, kWorkMax) {}

void Gateway::Open(Backend backend) {
  const absl::MutexLock lock(&mutex_);
  backend_ = std::move(backend);
}

void Gateway::Close() {
  Backend backend;
  const absl::MutexLock lock(&mutex_);
  std::swap(backend, backend_);
}

std::shared_ptr<Bridge> Gateway::bridge() const {
  const absl::MutexLock lock(&mutex_);
  return backend_.bridge;
}

Response Gateway::PageOf(Page page) const {
  std::function<std::string()> metrics;
  bool is_open = false;
  {
    const absl::MutexLock lock(&mutex_);
    is_open = backend_.bridge != nullptr;
    metrics = backend_.metrics;
  }
  switch (page) {
    case Page::kHealth:
      return TextPage(200, "ok\n");
    case Page::kReady:
      if (draining_) return TextPage(503, "stopping\n");
      return is_open ? TextPage(200, "ok\n") : TextPage(503, "opening\n");
    case Page::kMetrics: {
      if (metrics == nullptr) return TextPage(503, "opening\n");
      Response response;
      response.content_type = "text/plain; version=0.0.4; charset=utf-8";
      response.body = metrics();
      return response;
    }
    case Page::kOpenApi: {
      Response response;
      response.body = std::string(OpenApiJson());
      return response;
    }
  }
  SKONTRO_CHECK(false);
}

void Gateway::Show(Page page, std::function<void(Response)> done) {
  // What only says yes or no has to be answered however much there is to do.
  if (page == Page::kHealth || page == Page::kReady) return done(PageOf(page));
  if (workers_.Post([this, page, done] { done(PageOf(page)); })) return;
  done(TextPage(503, "busy\n"));
}

bool Gateway::TakeMemory(size_t bytes) {
  if (memory_taken_.fetch_add(bytes) + bytes <= options_.body_memory_max) {
    return true;
  }
  memory_taken_ -= bytes;
  return false;
}

void Gateway::GiveMemory(size_t bytes) { memory_taken_ -= bytes; }

Admission Gateway::Admit() {
  std::shared_ptr<Connection> oldest;
  {
    const absl::MutexLock lock(&mutex_);
    if (connections_.size() < options_.connections_max) {
      return Admission::kServe;
    }
    if (connections_.size() >= options_.connections_max + kRefusedMax) {
      return Admission::kDrop;
    }
    while (!idle_.empty() && oldest == nullptr) {
      Entry& entry = connections_.at(idle_.front());
      Unidle(&entry);
      oldest = entry.connection.lock();
    }
  }
  if (oldest == nullptr) return Admission::kRefuse;
  oldest->Close();
  return Admission::kServe;
}

void Gateway::Add(const std::shared_ptr<Connection>& connection) {
  const absl::MutexLock lock(&mutex_);
  connections_[connection.get()].connection = connection;
}

void Gateway::Remove(Connection* connection) {
  const absl::MutexLock lock(&mutex_);
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  Unidle(&found->second);
  connections_.erase(found);
}

void Gateway::MarkIdle(Connection* connection) {
  const absl::MutexLock lock(&mutex_);
  const auto found = connections_.find(connection);
  if (found == connections_.end() || found->second.is_idle) return;
  found->second.is_idle = true;
  found->second.idle = idle_.insert(idle_.end(), connection);
}

void Gateway::MarkBusy(Connection* connection) {
  const absl::MutexLock lock(&mutex_);
  const auto found = connections_.find(connection);
  if (found != connections_.end()) Unidle(&found->second);
}

void Gateway::Unidle(Entry* entry) {
  if (!entry->is_idle) return;
  idle_.erase(entry->idle);
  entry->is_idle = false;
}

size_t Gateway::connections() const {
  const absl::MutexLock lock(&mutex_);
  return connections_.size();
}

void Gateway::ForEach(const std::function<void(Connection&)>& visit) {
  std::vector<std::shared_ptr<Connection>> all;
  {
    const absl::MutexLock lock(&mutex_);
    for (const auto& [connection, entry] : connections_) {
      if (auto alive = entry.connection.lock()) all.push_back(std::move(alive));
    }
  }
  for (const auto& connection : all) visit(*connection);
}

bool Gateway::WaitUntilEmpty(absl::Duration timeout) {
  const auto empty = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return connections_.empty();
  };
  const absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&empty), timeout);
}

}  // namespace skontro::server::http
