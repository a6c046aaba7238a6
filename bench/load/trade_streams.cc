#include "bench/load/trade_streams.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstddef>
#include <deque>

#include "absl/status/status.h"

namespace skontro::bench {
namespace {

// One stream, and what it waits for.
class Stream {
 public:
  // What came to an end; its address is the tag in the completion queue.
  struct Event {
    enum class Kind { kStart, kRead, kWrite, kEnd, kFinish };
    Kind kind;
    Stream* stream;
  };

  // `end` is when the last request begins; the round of all streams is kept in
  // `round`.
  Stream(v1::TradeService::Stub* stub, int window, int batch,
         Clock::time_point end, TradeMix* mix, CallRound* round,
         grpc::CompletionQueue* queue)
      : window_(static_cast<size_t>(window)),
        batch_(batch),
        end_(end),
        mix_(mix),
        round_(round),
        call_(stub->PrepareAsyncSubmitTrades(&context_, queue)) {
    call_->StartCall(&start_);
  }

  // Goes on after `kind`; false when the stream is over.
  bool Proceed(Event::Kind kind, bool ok) {
    switch (kind) {
      case Event::Kind::kStart:
        if (ok) Write();
        call_->Read(&response_, &read_);
        return true;
      case Event::Kind::kWrite:
        writing_ = false;
        if (ok) Write();
        return true;
      case Event::Kind::kRead:
        if (!ok) {
          call_->Finish(&status_, &finish_);
          return true;
        }
        Count();
        Write();
        call_->Read(&response_, &read_);
        return true;
      case Event::Kind::kEnd:
        return true;
      case Event::Kind::kFinish:
        if (!status_.ok()) {
          Fail(absl::Status(static_cast<absl::StatusCode>(status_.error_code()),
                            status_.error_message()));
        } else if (!sent_.empty()) {
          Fail(absl::InternalError("a stream ended before its results came"));
        }
        return false;
    }
    return false;
  }

 private:
  // A request that is on its way.
  struct Sent {
    Clock::time_point start;
    int results_left;
  };

  void Fail(const absl::Status& status) {
    if (round_->status.ok()) round_->status = status;
  }

  // Writes the next request where there is room for it, or ends this side.
  void Write() {
    if (writing_ || ended_) return;
    const Clock::time_point now = Clock::now();
    if (now >= end_ || !round_->status.ok()) {
      ended_ = true;
      call_->WritesDone(&writes_done_);
      return;
    }
    if (sent_.size() == window_) return;
    request_.set_parent(kNetworkName);
    while (request_.requests_size() < batch_) request_.add_requests();
    for (v1::CreateTradeRequest& item : *request_.mutable_requests()) {
      mix_->FillTrade(&item);
    }
    sent_.push_back({now, batch_});
    writing_ = true;
    call_->Write(request_, &write_);
  }

  void Count() {
    const Clock::time_point now = Clock::now();
    for (const auto& result : response_.results()) {
      if (result.has_error()) {
        Fail(absl::InternalError(result.error().message()));
      }
      if (sent_.empty()) {
        Fail(absl::InternalError("a result of nothing that was sent"));
        return;
      }
      if (--sent_.front().results_left > 0) continue;
      round_->latency_us.push_back(
          std::chrono::duration<double, std::micro>(now - sent_.front().start)
              .count());
      sent_.pop_front();
    }
  }

  const size_t window_;
  const int batch_;
  const Clock::time_point end_;
  TradeMix* const mix_;
  CallRound* const round_;
  Event start_{Event::Kind::kStart, this};
  Event read_{Event::Kind::kRead, this};
  Event write_{Event::Kind::kWrite, this};
  Event writes_done_{Event::Kind::kEnd, this};
  Event finish_{Event::Kind::kFinish, this};
  bool writing_ = false;
  bool ended_ = false;
  std::deque<Sent> sent_;
  v1::SubmitTradesRequest request_;
  v1::SubmitTradesResponse response_;
  grpc::Status status_;
  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::SubmitTradesRequest,
                                                      v1::SubmitTradesResponse>>
      call_;
};

}  // namespace

CallRound RunStreams(
    const std::vector<std::unique_ptr<v1::TradeService::Stub>>& stubs,
    const StreamPlan& plan, TradeMix* mix) {
  CallRound round;
  grpc::CompletionQueue queue;
  const Clock::time_point start = Clock::now();
  const Clock::time_point end =
      start + std::chrono::duration_cast<Clock::duration>(plan.duration);
  const int window =
      std::max(1, plan.in_flight / static_cast<int>(stubs.size()));
  std::vector<std::unique_ptr<Stream>> streams;
  streams.reserve(stubs.size());
  for (const auto& stub : stubs) {
    streams.push_back(std::make_unique<Stream>(stub.get(), window, plan.batch,
                                               end, mix, &round, &queue));
  }
  size_t open = streams.size();
  void* tag = nullptr;
  bool ok = false;
  while (open > 0 && queue.Next(&tag, &ok)) {
    const auto* event = static_cast<const Stream::Event*>(tag);
    if (!event->stream->Proceed(event->kind, ok)) --open;
  }
  round.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  return round;
}

}  // namespace skontro::bench
