#include "bench/load/job.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/load/trade_mix.h"

namespace skontro::bench {
namespace {

using Kind = WitnessedCall::Kind;

constexpr int kStatementLines = 100;
constexpr int64_t kStreamedSequences = 100;

std::string AccountName(uint64_t member) {
  return absl::StrCat(MemberName(member), "/accounts/main");
}

// One unary call, and what is needed to make it.
template <typename Request, typename Response>
struct UnaryCall {
  std::unique_ptr<grpc::ClientContext> context;
  Request request;
  Response response;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader;

  void Finish(grpc::Status* status, void* tag) {
    reader->Finish(&response, status, tag);
  }
};

using CreateCall = UnaryCall<v1::CreateTradeRequest, v1::CreateTradeResponse>;
using AcceptCall = UnaryCall<v1::AcceptTradeRequest, v1::AcceptTradeResponse>;

// Tells the witness, if there is one, how a changing call ended.
template <typename Response>
void Witness(JobScene* scene, const std::string& id, const grpc::Status& status,
             const Response& response) {
  if (status.ok()) scene->Saw(response.outcome().sequence());
  if (scene->witness == nullptr) return;
  if (status.ok()) {
    scene->witness->Answered(id, IdOf(response.trade().name()),
                             response.outcome().sequence());
  } else if (IsRefusal(status)) {
    scene->witness->Refused(id, absl::StrCat(status.error_code()));
  }
}

// A buyer pays; or a seller requests, and then the buyer accepts.
class TradeJob : public Job {
 public:
  TradeJob(JobScene* scene, size_t connection, std::string id,
           WitnessedCall call)
      : Job(call.kind == Kind::kSettle ? Operation::kSettle
                                       : Operation::kRequest),
        scene_(scene),
        stub_(scene->connections[connection].trades.get()),
        id_(std::move(id)),
        call_(std::move(call)) {}

  void Start(grpc::CompletionQueue* queue) override {
    queue_ = queue;
    if (scene_->witness != nullptr) scene_->witness->Sent(id_, call_);
    create_.request = CreateRequestOf(id_, call_);
    create_.context = scene_->NewContext(call_.key);
    create_.reader =
        stub_->AsyncCreateTrade(create_.context.get(), create_.request, queue);
    create_.Finish(&status_, this);
  }

  bool Proceed(bool) override {
    if (accepting_) {
      Witness(scene_, AcceptId(), status_, accept_.response);
      return true;
    }
    Witness(scene_, id_, status_, create_.response);
    if (!status_.ok() || call_.kind == Kind::kSettle) return true;
    Accept();
    return false;
  }

 private:
  std::string AcceptId() const { return absl::StrCat(id_, "-a"); }

  void Accept() {
    accepting_ = true;
    WitnessedCall call;
    call.kind = Kind::kAccept;
    call.key = call_.key;
    call.trade = IdOf(create_.response.trade().name());
    if (scene_->witness != nullptr) scene_->witness->Sent(AcceptId(), call);
    accept_.request = AcceptRequestOf(AcceptId(), call);
    accept_.context = scene_->NewContext(call.key);
    accept_.reader =
        stub_->AsyncAcceptTrade(accept_.context.get(), accept_.request, queue_);
    accept_.Finish(&status_, this);
  }

  JobScene* const scene_;
  v1::TradeService::Stub* const stub_;
  const std::string id_;
  const WitnessedCall call_;
  grpc::CompletionQueue* queue_ = nullptr;
  bool accepting_ = false;
  CreateCall create_;
  AcceptCall accept_;
};

class ReadJob : public Job {
 public:
  ReadJob(JobScene* scene, size_t connection, size_t key, uint64_t member)
      : Job(Operation::kRead),
        stub_(scene->connections[connection].accounts.get()) {
    call_.context = scene->NewContext(key);
    call_.request.set_name(AccountName(member));
  }

  void Start(grpc::CompletionQueue* queue) override {
    call_.reader =
        stub_->AsyncGetAccount(call_.context.get(), call_.request, queue);
    call_.Finish(&status_, this);
  }
  bool Proceed(bool) override { return true; }

 private:
  v1::AccountService::Stub* const stub_;
  UnaryCall<v1::GetAccountRequest, v1::GetAccountResponse> call_;
};

class StatementJob : public Job {
 public:
  StatementJob(JobScene* scene, size_t connection, size_t key, uint64_t member)
      : Job(Operation::kStatement),
        stub_(scene->connections[connection].accounts.get()) {
    call_.context = scene->NewContext(key);
    call_.request.set_name(AccountName(member));
    call_.request.set_page_size(kStatementLines);
  }

  void Start(grpc::CompletionQueue* queue) override {
    call_.reader =
        stub_->AsyncGetStatement(call_.context.get(), call_.request, queue);
    call_.Finish(&status_, this);
  }
  bool Proceed(bool) override { return true; }

 private:
  v1::AccountService::Stub* const stub_;
  UnaryCall<v1::GetStatementRequest, v1::GetStatementResponse> call_;
};

// Resumes a watch a hundred sequences ago, and ends it when it has caught up
// with what was known when it began.
class StreamJob : public Job {
 public:
  StreamJob(JobScene* scene, size_t connection, size_t key)
      : Job(Operation::kStream),
        stub_(scene->connections[connection].events.get()),
        context_(scene->NewContext(key)),
        newest_(scene->newest) {
    request_.set_parent(kNetworkName);
    request_.set_from_sequence(
        std::max<int64_t>(newest_ - kStreamedSequences, 1));
  }

  void Start(grpc::CompletionQueue* queue) override {
    // In two steps: the event may come before a call that makes the reader
    // returns.
    reader_ = stub_->PrepareAsyncWatchEvents(context_.get(), request_, queue);
    reader_->StartCall(this);
  }

  bool Proceed(bool ok) override {
    if (step_ == Step::kFinish) {
      // Cancelled by this side when it had what it wanted.
      if (caught_up_) status_ = grpc::Status::OK;
      return true;
    }
    if (step_ == Step::kRead && ok && response_.sequence() >= newest_) {
      caught_up_ = true;
      context_->TryCancel();
    }
    if (!ok || caught_up_) {
      step_ = Step::kFinish;
      reader_->Finish(&status_, this);
    } else {
      step_ = Step::kRead;
      reader_->Read(&response_, this);
    }
    return false;
  }

 private:
  enum class Step { kStart, kRead, kFinish };

  v1::EventService::Stub* const stub_;
  const std::unique_ptr<grpc::ClientContext> context_;
  const int64_t newest_;
  Step step_ = Step::kStart;
  bool caught_up_ = false;
  v1::WatchEventsRequest request_;
  v1::WatchEventsResponse response_;
  std::unique_ptr<grpc::ClientAsyncReader<v1::WatchEventsResponse>> reader_;
};

}  // namespace

Stubs::Stubs(const std::shared_ptr<grpc::Channel>& channel)
    : trades(v1::TradeService::NewStub(channel)),
      accounts(v1::AccountService::NewStub(channel)),
      events(v1::EventService::NewStub(channel)) {}

std::unique_ptr<grpc::ClientContext> JobScene::NewContext(size_t key) const {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + timeout);
  Authenticate(target, key, context.get());
  return context;
}

void JobScene::Saw(int64_t sequence) {
  int64_t known = newest;
  while (known < sequence && !newest.compare_exchange_weak(known, sequence)) {
  }
}

JobMaker::JobMaker(JobScene* scene, const Mix& mix, const Partners& partners,
                   std::string run, uint64_t seed)
    : scene_(scene),
      mix_(mix),
      partners_(partners),
      run_(std::move(run)),
      random_(seed) {}

WitnessedCall JobMaker::DrawTrade(Kind kind) {
  WitnessedCall call;
  call.kind = kind;
  call.key =
      scene_->target.keys.empty() ? 0 : count_ % scene_->target.keys.size();
  std::tie(call.seller, call.buyer) = partners_.DrawPair(&random_);
  call.units =
      std::uniform_int_distribution<int64_t>(1'000, 1'000'000)(random_);
  return call;
}

std::unique_ptr<Job> JobMaker::Next() {
  ++count_;
  const size_t connection = count_ % scene_->connections.size();
  // About as long as a UUID, which is what most clients send.
  const auto id = [&] {
    return absl::StrFormat("%s-%012d-%016x", run_, count_, random_());
  };
  switch (mix_.Draw(&random_)) {
    case Operation::kSettle:
      return std::make_unique<TradeJob>(scene_, connection, id(),
                                        DrawTrade(Kind::kSettle));
    case Operation::kRequest:
      return std::make_unique<TradeJob>(scene_, connection, id(),
                                        DrawTrade(Kind::kRequest));
    case Operation::kRead:
      return std::make_unique<ReadJob>(scene_, connection, count_,
                                       partners_.Draw(&random_));
    case Operation::kStatement:
      return std::make_unique<StatementJob>(scene_, connection, count_,
                                            partners_.Draw(&random_));
    case Operation::kStream:
      break;
  }
  return std::make_unique<StreamJob>(scene_, connection, count_);
}

bool IsRefusal(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::OUT_OF_RANGE:
      return true;
    default:
      return false;
  }
}

v1::CreateTradeRequest CreateRequestOf(const std::string& id,
                                       const WitnessedCall& call) {
  v1::CreateTradeRequest request;
  request.set_parent(kNetworkName);
  request.set_request_id(id);
  v1::Trade* trade = request.mutable_trade();
  trade->set_seller(MemberName(call.seller));
  trade->set_buyer(MemberName(call.buyer));
  trade->set_initiator(call.kind == Kind::kSettle ? v1::Trade::BUYER
                                                  : v1::Trade::SELLER);
  trade->mutable_unit_leg()->set_minor_units(call.units);
  return request;
}

v1::AcceptTradeRequest AcceptRequestOf(const std::string& id,
                                       const WitnessedCall& call) {
  v1::AcceptTradeRequest request;
  request.set_name(absl::StrCat(kNetworkName, "/trades/", call.trade));
  request.set_request_id(id);
  return request;
}

std::string IdOf(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

}  // namespace skontro::bench
