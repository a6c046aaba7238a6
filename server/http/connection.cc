#include "server/http/connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "absl/strings/match.h"
#include "ledger/base/check.h"
#include "server/http/connect.h"
#include "server/http/gzip.h"

namespace skontro::server::http {
namespace {

constexpr size_t kReadBytes = 16 * 1024;

// What a client may still send after a refusal before it is cut off; without
// that it would see a reset connection instead of the answer.
constexpr size_t kLingerBytesMax = 1024 * 1024;
constexpr absl::Duration kLingerTime = absl::Seconds(2);

// How often a stream looks whether its client is there.
constexpr std::chrono::seconds kPeerInterval(2);

constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(std::shared_ptr<Socket> socket, Gateway* gateway,
                       Admission admission)
    : socket_(std::move(socket)),
      gateway_(gateway),
      admission_(admission),
      timer_(socket_->executor()),
      peer_timer_(socket_->executor()),
      reader_(gateway->options()) {}

Connection::~Connection() {
  GiveMemory();
  gateway_->Remove(this);
}

void Connection::Start() {
  boost::asio::post(socket_->executor(), [self = shared_from_this()] {
    self->Arm(self->gateway_->options().head_timeout);
    self->socket_->Handshake([self](bool ok) {
      self->Disarm();
      if (!ok || self->closed_) return self->CloseNow();
      self->certificate_ = self->socket_->PeerCertificate();
      self->Advance();
    });
  });
}

void Connection::Close() {
  boost::asio::post(socket_->executor(),
                    [self = shared_from_this()] { self->CloseNow(); });
}

void Connection::MakeRoom() {
  boost::asio::post(socket_->executor(), [self = shared_from_this()] {
    // Its request may have become whole meanwhile.
    if (self->exchange_ != nullptr || !self->out_.empty()) {
      return self->gateway_->MarkBusy(self.get());
    }
    self->CloseNow();
  });
}

void Connection::Drain() {
  boost::asio::post(socket_->executor(), [self = shared_from_this()] {
    if (self->exchange_ == nullptr && self->reader_.is_idle() &&
        self->out_.empty()) {
      self->CloseNow();
    }
  });
}

// --- Reading -----------------------------------------------------------------

void Connection::ReadMore() {
  socket_->ReadSome(
      in_.prepare(kReadBytes),
      [self = shared_from_this()](size_t bytes) { self->OnBytes(bytes); });
}

void Connection::OnBytes(size_t bytes) {
  if (closed_) return;
  if (timed_out_) {
    Disarm();
    // Nobody waits for an answer who has asked nothing.
    if (reader_.is_idle()) return CloseNow();
    return Refuse(ErrorResponse(408, grpc::StatusCode::DEADLINE_EXCEEDED,
                                "the request took too long to arrive"));
  }
  if (bytes == 0) return CloseNow();
  in_.commit(bytes);
  Advance();
}

void Connection::Advance() {
  using State = RequestReader::State;
  while (!closed_) {
    const auto bytes = in_.cdata();
    const size_t used = reader_.Feed(
        std::string_view(static_cast<const char*>(bytes.data()), bytes.size()));
    in_.consume(used);
    switch (reader_.state()) {
      case State::kHead:
        if (reader_.is_idle()) {
          Arm(gateway_->options().idle_timeout);
        } else if (!reading_head_) {
          reading_head_ = true;
          Arm(gateway_->options().head_timeout);
        }
        return ReadMore();
      case State::kHeadDone:
        Disarm();
        request_ = reader_.request();
        if (!OnHead()) return;
        break;
      case State::kBody:
        return ReadMore();
      case State::kDone:
        Disarm();
        gateway_->MarkBusy(this);
        return OnRequest();
      case State::kFailed:
        Disarm();
        gateway_->MarkBusy(this);
        return Refuse(ErrorResponse(reader_.failure().status,
                                    grpc::StatusCode::INVALID_ARGUMENT,
                                    reader_.failure().message));
    }
  }
}

// Returns whether reading goes on here.
bool Connection::OnHead() {
  const Options& options = gateway_->options();
  if (admission_ == Admission::kRefuse) {
    Refuse(ErrorResponse(503, grpc::StatusCode::UNAVAILABLE,
                         "too many connections; send it again with the same "
                         "request_id"));
    return false;
  }
  route_ = RouteOf(request_, options, gateway_->loopback_only());
  if (auto* refusal = std::get_if<Response>(&route_)) {
    Refuse(std::move(*refusal));
    return false;
  }
  if (!std::holds_alternative<CallRoute>(route_) && request_.has_body) {
    Refuse(ErrorResponse(400, grpc::StatusCode::INVALID_ARGUMENT,
                         "this path takes no body"));
    return false;
  }
  if (!TakeBodyMemory()) {
    Refuse(ErrorResponse(503, grpc::StatusCode::UNAVAILABLE,
                         "too many large requests arrive at once; send it "
                         "again with the same request_id"));
    return false;
  }
  if (!request_.expect.empty()) {
    if (!absl::EqualsIgnoreCase(request_.expect, "100-continue")) {
      Refuse(ErrorResponse(417, grpc::StatusCode::INVALID_ARGUMENT,
                           "Expect is 100-continue, or left out"));
      return false;
    }
    if (request_.has_body && in_.size() == 0) {
      Continue();
      return false;
    }
  }
  reader_.BeginBody();
  Arm(options.body_timeout);
  return true;
}

void Connection::Continue() {
  Write(kContinue, [self = shared_from_this()](bool ok) {
    if (!ok) return self->CloseNow();
    self->reader_.BeginBody();
    self->Arm(self->gateway_->options().body_timeout);
    self->Advance();
  });
}

bool Connection::TakeBodyMemory() {
  return TakeMemory(static_cast<size_t>(
      reader_.body_length().value_or(gateway_->options().body_bytes_max)));
}

bool Connection::TakeMemory(size_t bytes) {
  if (bytes <= gateway_->options().small_body_bytes_max) return true;
  if (!gateway_->TakeMemory(bytes)) return false;
  memory_taken_ += bytes;
  return true;
}

void Connection::GiveMemory() {
  gateway_->GiveMemory(std::exchange(memory_taken_, 0));
}

void Connection::OnRequest() {
  const auto self = shared_from_this();
  if (const Page* page = std::get_if<Page>(&route_)) {
    Visitor visitor{request_.authorization, certificate_,
                    socket_->IsPeerLoopback(),
                    AcceptsGzip(request_.accept_encoding)};
    gateway_->Show(*page, std::move(visitor), [self](Response response) {
      boost::asio::dispatch(self->socket_->executor(),
                            [self, response = std::move(response)]() mutable {
                              self->Answer(std::move(response));
                            });
    });
    return;
  }
  const std::shared_ptr<Bridge> bridge = gateway_->bridge();
  if (bridge == nullptr) {
    return Answer(ErrorResponse(
        503, grpc::StatusCode::UNAVAILABLE,
        gateway_->is_draining() ? "the server stops; send it again elsewhere"
                                : "the server opens its books; try again"));
  }
  const CallRoute& route = std::get<CallRoute>(route_);
  ExchangeScope scope{
      socket_->executor(),  bridge,       self,
      &gateway_->workers(), certificate_, gateway_->options().body_bytes_max};
  exchange_ = route.method->server_streaming()
                  ? NewStreamExchange(std::move(scope), route,
                                      std::move(reader_.request()))
                  : NewUnaryExchange(std::move(scope), route,
                                     std::move(reader_.request()));
  // The exchange may be over, and gone, before this returns.
  const std::shared_ptr<Exchange> exchange = exchange_;
  exchange->Start();
}

// --- Answering ---------------------------------------------------------------

bool Connection::KeepsAlive() const {
  return request_.keep_alive && !gateway_->is_draining() &&
         reader_.state() == RequestReader::State::kDone;
}

void Connection::Respond(Response response) {
  exchange_.reset();
  Answer(std::move(response));
}

void Connection::Answer(Response response) {
  GiveMemory();
  if (closed_) return;
  AddCorsHeaders(request_, gateway_->options(), &response);
  const bool keep_alive = KeepsAlive();
  Write(ToBytes(response, BodyForm::kWhole, keep_alive),
        [self = shared_from_this(), keep_alive](bool ok) {
          if (!ok) return self->CloseNow();
          if (keep_alive) return self->NextRequest();
          self->Linger();
        });
}

void Connection::Refuse(Response response) {
  request_.keep_alive = false;
  Answer(std::move(response));
}

void Connection::BeginStream(Response head) {
  GiveMemory();
  AddCorsHeaders(request_, gateway_->options(), &head);
  streaming_ = true;
  WatchPeer();
  Write(ToBytes(head, BodyForm::kChunked, KeepsAlive()),
        [self = shared_from_this()](bool ok) {
          if (!ok) self->CloseNow();
        });
}

void Connection::Send(std::string bytes, OnWritten sent) {
  if (closed_) return sent(false);
  Write(ChunkOf(bytes),
        [self = shared_from_this(), sent = std::move(sent)](bool ok) {
          if (!ok) self->CloseNow();
          sent(ok);
        });
}

void Connection::EndStream(std::string bytes) {
  exchange_.reset();
  if (closed_) return;
  const bool keep_alive = KeepsAlive();
  Write(ChunkOf(bytes) + std::string(kLastChunk),
        [self = shared_from_this(), keep_alive](bool ok) {
          if (!ok) return self->CloseNow();
          self->streaming_ = false;
          self->peer_timer_.cancel();
          if (keep_alive) return self->NextRequest();
          self->Linger();
        });
}

void Connection::Write(std::string bytes, OnWritten done) {
  if (out_.empty()) return WriteNow(std::move(bytes), std::move(done));
  SKONTRO_CHECK(next_out_.empty());
  next_out_ = std::move(bytes);
  next_written_ = std::move(done);
}

void Connection::WriteNow(std::string bytes, OnWritten done) {
  out_ = std::move(bytes);
  Arm(gateway_->options().write_timeout);
  socket_->Write(
      out_, [self = shared_from_this(), done = std::move(done)](bool ok) {
        self->Disarm();
        self->out_.clear();
        ok = ok && !self->closed_;
        if (self->next_out_.empty()) return done(ok);
        done(ok);
        const OnWritten next = std::exchange(self->next_written_, nullptr);
        std::string waiting = std::exchange(self->next_out_, std::string());
        if (!ok) return next(false);
        self->WriteNow(std::move(waiting), next);
      });
}

void Connection::NextRequest() {
  if (gateway_->is_draining()) return Linger();
  reader_.Reset();
  reading_head_ = false;
  gateway_->MarkIdle(this);
  Advance();
}

void Connection::Linger() {
  if (closed_) return;
  // It has all that it gets, so it makes room for who has not.
  if (admission_ == Admission::kServe) gateway_->MarkIdle(this);
  Arm(kLingerTime);
  socket_->EndSending([self = shared_from_this()](bool) { self->LingerOn(); });
}

void Connection::LingerOn() {
  if (timed_out_ || closed_) return CloseNow();
  in_.clear();
  socket_->DiscardSome(in_.prepare(kReadBytes),
                       [self = shared_from_this()](size_t bytes) {
                         self->lingered_ += bytes;
                         if (bytes == 0 || self->lingered_ > kLingerBytesMax) {
                           return self->CloseNow();
                         }
                         self->LingerOn();
                       });
}

void Connection::CloseNow() {
  if (closed_) return;
  closed_ = true;
  ++timer_round_;
  timer_.cancel();
  peer_timer_.cancel();
  socket_->Close();
  if (exchange_ != nullptr) std::exchange(exchange_, nullptr)->Cancel();
}

// --- Time --------------------------------------------------------------------

void Connection::Arm(absl::Duration timeout) {
  timed_out_ = false;
  const uint64_t round = ++timer_round_;
  timer_.expires_after(absl::ToChronoNanoseconds(timeout));
  timer_.async_wait(
      [self = shared_from_this(), round](const boost::system::error_code&) {
        if (self->timer_round_ != round) return;
        self->timed_out_ = true;
        self->socket_->CancelOperations();
      });
}

void Connection::Disarm() {
  ++timer_round_;
  timed_out_ = false;
  timer_.cancel();
}

// While a stream has nothing to say, nobody would notice that its client went.
void Connection::WatchPeer() {
  peer_timer_.expires_after(kPeerInterval);
  peer_timer_.async_wait(
      [self = shared_from_this()](const boost::system::error_code& error) {
        if (error || self->closed_ || !self->streaming_) return;
        if (self->socket_->IsPeerGone()) return self->CloseNow();
        self->WatchPeer();
      });
}

}  // namespace skontro::server::http
