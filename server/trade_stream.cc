#include "server/trade_stream.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"
#include "server/call.h"
#include "server/call_context.h"
#include "server/convert_amount.h"
#include "server/error.h"
#include "server/trade_item.h"

namespace skontro::server {
namespace {

constexpr std::string_view kSubmit = "TradeService.SubmitTrades";

// How often streams are looked at, and those that pause.
constexpr absl::Duration kLookEvery = absl::Seconds(1);
constexpr absl::Duration kPauseStep = absl::Milliseconds(10);

// Bytes of requests of one stream whose results are not written: beyond that
// nothing more is read. So one waits with at most this and a message.
constexpr size_t kStreamBytesMax = size_t{4} << 20;

using Request = v1::SubmitTradesRequest;
using Response = v1::SubmitTradesResponse;

// The trades of one request, on their way. Answers come in any order, on any
// thread.
struct Group {
  explicit Group(Request taken)
      : request(std::move(taken)),
        bytes(request.ByteSizeLong()),
        answers(static_cast<size_t>(request.requests_size())),
        // One more than items, for the thread that submits.
        waiting(answers.size() + 1) {}

  size_t size() const { return answers.size(); }

  const Request request;
  const size_t bytes;  // Of the request.
  std::vector<ItemAnswer> answers;
  std::atomic<size_t> waiting;
  bool has_room = false;  // What it takes of the gate is to be given back.
  bool is_ready = false;  // Of the stream's mutex.
};

absl::Status FormOf(const Form& form) {
  return ToStatus(form.refusals().front());
}

}  // namespace

// One call. It reads a request when there is room for its trades, hands them to
// the engine, and writes results in the order of the requests; what a client
// does not take is counted as if it were on its way, by items and by bytes, so
// memory is bounded. It
// finishes when nothing is on its way any more, and holds itself until gRPC is
// done with it.
class TradeStreams::Stream : public Reactor,
                             public std::enable_shared_from_this<Stream> {
 public:
  Stream(TradeStreams* streams, grpc::CallbackServerContext* context)
      : streams_(*streams), backend_(streams->backend_), context_(context) {}

  void Start(std::shared_ptr<Stream> self) {
    absl::StatusOr<Caller> caller =
        Authenticate(backend_, *context_, CallKind::kStream);
    const absl::MutexLock lock(&mutex_);
    self_ = std::move(self);
    if (caller.ok()) {
      caller_ = *std::move(caller);
      // A client that has nothing to send yet knows that it was taken.
      StartSendInitialMetadata();
      StartRead(&request_);
    } else {
      EndWith(caller.status());
    }
  }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  // Ends it when what it has read is answered.
  void End(const absl::Status& status) {
    const absl::MutexLock lock(&mutex_);
    EndWith(status);
  }

  // What no call of gRPC brings about: the end of a pause, of the patience, of
  // a key.
  void Look();

 private:
  // What the first request says of all.
  absl::Status CheckFirst() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckRequest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Submit(const std::shared_ptr<Group>& group, const Place& place,
              const std::string& parent);
  void Answered(const std::shared_ptr<Group>& group);
  void OnReady(const std::shared_ptr<Group>& group);
  // So many results are taken, or nobody is there to take them.
  void Taken(size_t items) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReadOn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteOn() ABSL_LOCKS_EXCLUDED(mutex_);
  void EndWith(const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MaybeFinish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Pause(absl::Duration length) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndPause() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  TradeStreams& streams_;
  const Backend& backend_;
  grpc::CallbackServerContext* const context_;

  absl::Mutex mutex_;
  std::shared_ptr<Stream> self_ ABSL_GUARDED_BY(mutex_);
  Caller caller_ ABSL_GUARDED_BY(mutex_);
  std::optional<Place> place_ ABSL_GUARDED_BY(mutex_);
  std::string parent_ ABSL_GUARDED_BY(mutex_);
  // Of gRPC between StartRead() and OnReadDone().
  Request request_;
  Response response_;  // The same for writing.
  // Those whose results are not taken, in the order they came.
  std::deque<std::shared_ptr<Group>> groups_ ABSL_GUARDED_BY(mutex_);
  size_t items_ ABSL_GUARDED_BY(mutex_) =
      0;  // Of the groups, and in response_.
  size_t items_sent_ ABSL_GUARDED_BY(mutex_) = 0;  // In response_.
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;       // Of the groups.
  // Also while what was read is handed to the engine.
  bool is_reading_ ABSL_GUARDED_BY(mutex_) = true;
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time writing_since_ ABSL_GUARDED_BY(mutex_);
  bool is_pausing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_gone_ ABSL_GUARDED_BY(mutex_) = false;
  // Its context is in use, and must not go.
  bool is_cancelling_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_finished_ ABSL_GUARDED_BY(mutex_) = false;
  // How it ends when all is answered; not set while it goes on.
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
};

void TradeStreams::Stream::OnReadDone(bool ok) {
  std::shared_ptr<Group> group;
  Place place;
  std::string parent;
  {
    const absl::MutexLock lock(&mutex_);
    // The client has ended its side, or the call is over.
    if (!ok) return EndWith(absl::OkStatus());
    if (end_.has_value()) return;
    const absl::Status status = CheckRequest();
    if (!status.ok()) return EndWith(status);
    group = std::make_shared<Group>(std::move(request_));
    items_ += group->size();
    bytes_ += group->bytes;
    groups_.push_back(group);
    Pause(CallContext::Of(context_).TakeStreamItems(
        static_cast<int64_t>(group->size())));
    place = *place_;
    parent = parent_;
  }
  // The next request is read when these trades are with the engine: they are
  // decided in the order in which they came.
  Submit(group, place, parent);
  const absl::MutexLock lock(&mutex_);
  is_reading_ = false;
  ReadOn();
}

absl::Status TradeStreams::Stream::CheckFirst() {
  Form form;
  const NameParts parent = form.NetworkName("parent", request_.parent());
  if (!form.ok()) return FormOf(form);
  SKONTRO_ASSIGN_OR_RETURN(place_,
                           FindNetwork(backend_, caller_, parent.network));
  parent_ = request_.parent();
  return absl::OkStatus();
}

absl::Status TradeStreams::Stream::CheckRequest() {
  if (!place_.has_value()) SKONTRO_RETURN_IF_ERROR(CheckFirst());
  Form form;
  if (!request_.parent().empty() && request_.parent() != parent_) {
    form.Refuse("parent", request_.parent(),
                absl::StrCat("empty, or ", parent_, " as at first"));
  }
  const auto count = static_cast<size_t>(request_.requests_size());
  if (count == 0 || count > kStreamItemsMax) {
    form.Refuse("requests", absl::StrCat(count, " items"),
                absl::StrCat("1 to ", kStreamItemsMax, " items"));
  }
  if (!form.ok()) return FormOf(form);
  return backend_.authenticator.CheckStillValid(*place_->network,
                                                place_->actor);
}

// Without the lock: replies may come before it returns.
void TradeStreams::Stream::Submit(const std::shared_ptr<Group>& group,
                                  const Place& place,
                                  const std::string& parent) {
  std::vector<engine::Command> commands;
  std::vector<engine::Reply> replies;
  group->has_room = streams_.gate_->Enter(group->size());
  for (size_t i = 0; i < group->size(); ++i) {
    ItemAnswer& answer = group->answers[i];
    std::optional<engine::Command> command;
    if (group->has_room) {
      const auto& item = group->request.requests(static_cast<int>(i));
      command = ItemCommand(backend_, place, parent, item, &answer);
    } else {
      answer.answer = QueueFull(kItemsInFlightMax);
    }
    if (!command.has_value()) {
      group->waiting.fetch_sub(1);
      continue;
    }
    commands.push_back(*std::move(command));
    replies.emplace_back([self = shared_from_this(), group,
                          i](absl::StatusOr<engine::Answer> got) {
      group->answers[i].answer = std::move(got);
      self->Answered(group);
    });
  }
  place.network->engine().SubmitAll(std::move(commands), std::move(replies));
  Answered(group);
}

// One trade less to wait for; a committer may call.
void TradeStreams::Stream::Answered(const std::shared_ptr<Group>& group) {
  if (group->waiting.fetch_sub(1) > 1) return;
  SKONTRO_CHECK(backend_.answers.Post(
      [self = shared_from_this(), group] { self->OnReady(group); }));
}

void TradeStreams::Stream::OnReady(const std::shared_ptr<Group>& group) {
  if (group->has_room) streams_.gate_->Leave(group->size());
  {
    const absl::MutexLock lock(&mutex_);
    group->is_ready = true;
  }
  WriteOn();
}

void TradeStreams::Stream::WriteOn() {
  std::vector<std::shared_ptr<Group>> ready;
  Network* network = nullptr;
  {
    const absl::MutexLock lock(&mutex_);
    if (is_writing_) return;
    size_t items = 0;
    while (
        !groups_.empty() && groups_.front()->is_ready &&
        (ready.empty() || items + groups_.front()->size() <= kStreamItemsMax)) {
      items += groups_.front()->size();
      bytes_ -= groups_.front()->bytes;
      ready.push_back(std::move(groups_.front()));
      groups_.pop_front();
    }
    // Another thread may have written them, and the call be over.
    if (ready.empty()) return MaybeFinish();
    if (is_gone_) {
      Taken(items);
      return MaybeFinish();
    }
    is_writing_ = true;
    items_sent_ = items;
    writing_since_ = absl::Now();
    network = place_->network;
  }
  response_.Clear();
  ItemWriter writer(&backend_, kSubmit, network);
  for (const auto& group : ready) {
    for (size_t i = 0; i < group->size(); ++i) {
      const auto& item = group->request.requests(static_cast<int>(i));
      Response::Result* const result = response_.add_results();
      result->set_request_id(item.request_id());
      writer.Write(item, group->answers[i], result);
    }
  }
  response_.set_sequence(WireSequence(writer.sequence()));
  StartWrite(&response_);
}

void TradeStreams::Stream::OnWriteDone(bool ok) {
  {
    const absl::MutexLock lock(&mutex_);
    is_writing_ = false;
    Taken(std::exchange(items_sent_, 0));
    if (!ok) is_gone_ = true;
    ReadOn();
  }
  WriteOn();
}

void TradeStreams::Stream::Taken(size_t items) {
  items_ -= items;
  CallContext::Of(context_).GiveItems(static_cast<int64_t>(items));
}

// Reads where there is room and the client need not pause.
void TradeStreams::Stream::ReadOn() {
  if (is_reading_ || end_.has_value() || is_gone_ || is_pausing_ ||
      items_ >= kStreamItemsMax || bytes_ >= kStreamBytesMax) {
    return;
  }
  is_reading_ = true;
  StartRead(&request_);
}

void TradeStreams::Stream::OnCancel() {
  {
    const absl::MutexLock lock(&mutex_);
    is_gone_ = true;
    EndWith(absl::CancelledError());
  }
  WriteOn();
}

void TradeStreams::Stream::EndWith(const absl::Status& status) {
  if (!end_.has_value()) end_ = status;
  EndPause();
  MaybeFinish();
}

void TradeStreams::Stream::MaybeFinish() {
  if (!end_.has_value() || !groups_.empty() || is_writing_ || is_cancelling_ ||
      is_finished_) {
    return;
  }
  is_finished_ = true;
  Finish(is_gone_ ? ToGrpcStatus(absl::CancelledError())
                  : Report(backend_, kSubmit, *end_));
}

void TradeStreams::Stream::OnDone() {
  streams_.Forget(this);
  std::shared_ptr<Stream> self;
  const absl::MutexLock lock(&mutex_);
  self = std::move(self_);
}

void TradeStreams::Stream::Pause(absl::Duration length) {
  if (length <= absl::ZeroDuration() || is_pausing_) return;
  is_pausing_ = true;
  streams_.CountPausing(1);
}

void TradeStreams::Stream::EndPause() {
  if (!std::exchange(is_pausing_, false)) return;
  streams_.CountPausing(-1);
}

void TradeStreams::Stream::Look() {
  bool give_up = false;
  {
    const absl::MutexLock lock(&mutex_);
    if (is_finished_) return;
    if (place_.has_value() && !end_.has_value()) {
      const absl::Status valid = backend_.authenticator.CheckStillValid(
          *place_->network, place_->actor);
      if (!valid.ok()) return EndWith(valid);
    }
    if (is_pausing_ &&
        CallContext::Of(context_).StreamPause() <= absl::ZeroDuration()) {
      EndPause();
      ReadOn();
    }
    give_up = is_writing_ && !is_gone_ &&
              absl::Now() - writing_since_ > backend_.stream_patience;
    is_cancelling_ = give_up;
  }
  if (!give_up) return;
  // Without the lock: gRPC may call back before it returns.
  context_->TryCancel();
  const absl::MutexLock lock(&mutex_);
  is_cancelling_ = false;
  MaybeFinish();
}

// --- All of them -------------------------------------------------------------

TradeStreams::TradeStreams(const Backend& backend, BatchGate* gate)
    : backend_(backend),
      gate_(gate),
      look_every_(std::min(kLookEvery, backend.stream_patience / 4)),
      watcher_([this] { Watch(); }) {}

TradeStreams::~TradeStreams() {
  {
    const absl::MutexLock lock(&mutex_);
    SKONTRO_CHECK(streams_.empty());
    leaving_ = true;
  }
  watcher_.join();
}

TradeStreams::Reactor* TradeStreams::Open(
    grpc::CallbackServerContext* context) {
  const auto stream = std::make_shared<Stream>(this, context);
  bool is_one_too_many = false;
  bool is_late = false;
  {
    const absl::MutexLock lock(&mutex_);
    is_one_too_many = streams_.size() >= kTradeStreamsMax;
    is_late = stopping_;
    streams_.emplace(stream.get(), stream);
  }
  stream->Start(stream);
  if (is_one_too_many) stream->End(QueueFull(kTradeStreamsMax));
  if (is_late) stream->End(ToStatus({Reason::kShuttingDown, {}}));
  return stream.get();
}

void TradeStreams::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (const auto& stream : All()) {
    stream->End(ToStatus({Reason::kShuttingDown, {}}));
  }
}

std::vector<std::shared_ptr<TradeStreams::Stream>> TradeStreams::All() {
  std::vector<std::shared_ptr<Stream>> all;
  const absl::MutexLock lock(&mutex_);
  for (const auto& [pointer, weak] : streams_) {
    if (auto stream = weak.lock()) all.push_back(std::move(stream));
  }
  return all;
}

void TradeStreams::Forget(Stream* stream) {
  const absl::MutexLock lock(&mutex_);
  streams_.erase(stream);
}

void TradeStreams::CountPausing(int change) {
  const absl::MutexLock lock(&mutex_);
  pausing_ += change;
}

void TradeStreams::Watch() {
  const auto is_due = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return leaving_ || pausing_ > 0;
  };
  while (true) {
    {
      const absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&is_due), look_every_)) {
        mutex_.AwaitWithTimeout(absl::Condition(&leaving_), kPauseStep);
      }
      if (leaving_) return;
    }
    for (const auto& stream : All()) stream->Look();
  }
}

}  // namespace skontro::server
