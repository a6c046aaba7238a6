#include "server/http/gateway.h"

#include <utility>

#include "ledger/base/check.h"
#include "server/error.h"
#include "server/http/connect.h"
#include "server/http/connection.h"
#include "server/http/gzip.h"
#include "server/http/metrics_access.h"
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

Response Gateway::MetricsFor(const Visitor& visitor) const {
  Backend backend;
  {
    const absl::MutexLock lock(&mutex_);
    backend = backend_;
  }
  if (backend.metrics == nullptr) return TextPage(503, "opening\n");
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  if (options_.metrics_on_loopback && visitor.is_loopback) {
    response.body = backend.metrics([](std::string_view) { return true; });
    return response;
  }
  const absl::StatusOr<Caller> caller =
      backend.authenticator->AuthenticateRequest(visitor.authorization,
                                                 visitor.certificate);
  if (!caller.ok()) return ErrorResponse(ToRpcStatus(caller.status()));
  const absl::Status allowed = CheckMetricsAccess(*caller);
  if (!allowed.ok()) return ErrorResponse(ToRpcStatus(allowed));
  response.body = backend.metrics([&](std::string_view network) {
    return ShowsMetricsOf(*caller, network);
  });
  return response;
}

Response Gateway::PageOf(Page page, const Visitor& visitor) const {
  switch (page) {
    case Page::kHealth:
      return TextPage(200, "ok\n");
    case Page::kReady:
      if (draining_) return TextPage(503, "stopping\n");
      return bridge() != nullptr ? TextPage(200, "ok\n")
                                 : TextPage(503, "opening\n");
    case Page::kMetrics:
      return MetricsFor(visitor);
    case Page::kOpenApi: {
      Response response;
      response.body = std::string(OpenApiJson());
      return response;
    }
  }
  SKONTRO_CHECK(false);
}

void Gateway::Show(Page page, Visitor visitor,
                   std::function<void(Response)> done) {
  // What only says yes or no has to be answered however much there is to do.
  if (page == Page::kHealth || page == Page::kReady) {
    return done(PageOf(page, visitor));
  }
  if (workers_.Post([this, page, visitor = std::move(visitor), done] {
        Response response = PageOf(page, visitor);
        if (visitor.takes_gzip) Compress(&response);
        done(std::move(response));
      })) {
    return;
  }
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
    const size_t staying = connections_.size() - leaving_;
    if (staying < options_.connections_max) return Admission::kServe;
    if (staying >= options_.connections_max + kRefusedMax) {
      return Admission::kDrop;
    }
    while (!idle_.empty() && oldest == nullptr) {
      Entry& entry = connections_.at(idle_.front());
      Unidle(&entry);
      entry.is_leaving = true;
      ++leaving_;
      oldest = entry.connection.lock();
    }
  }
  if (oldest == nullptr) return Admission::kRefuse;
  oldest->MakeRoom();
  return Admission::kServe;
}

void Gateway::Add(const std::shared_ptr<Connection>& connection,
                  Admission admission) {
  const absl::MutexLock lock(&mutex_);
  Entry& entry = connections_[connection.get()];
  entry.connection = connection;
  if (admission == Admission::kServe) Idle(connection.get(), &entry);
}

void Gateway::Remove(Connection* connection) {
  const absl::MutexLock lock(&mutex_);
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  Unidle(&found->second);
  Stay(&found->second);
  connections_.erase(found);
}

void Gateway::MarkIdle(Connection* connection) {
  const absl::MutexLock lock(&mutex_);
  const auto found = connections_.find(connection);
  if (found != connections_.end()) Idle(connection, &found->second);
}

void Gateway::MarkBusy(Connection* connection) {
  const absl::MutexLock lock(&mutex_);
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  Unidle(&found->second);
  Stay(&found->second);
}

void Gateway::Idle(Connection* connection, Entry* entry) {
  if (entry->is_idle || entry->is_leaving) return;
  entry->is_idle = true;
  entry->idle = idle_.insert(idle_.end(), connection);
}

void Gateway::Unidle(Entry* entry) {
  if (!entry->is_idle) return;
  idle_.erase(entry->idle);
  entry->is_idle = false;
}

void Gateway::Stay(Entry* entry) {
  if (!entry->is_leaving) return;
  entry->is_leaving = false;
  --leaving_;
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
