#include "server/http/request_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ledger/base/check.h"

namespace skontro::server::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

std::string Text(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::optional<uint64_t> RequestReader::body_length() const {
  SKONTRO_CHECK(parser_.has_value());
  const auto length = parser_->content_length();
  if (length.has_value()) return *length;
  return parser_->chunked() ? std::nullopt : std::optional<uint64_t>(0);
}

size_t RequestReader::Feed(std::string_view bytes) {
  size_t taken = 0;
  if (state_ == State::kHead) taken = FeedHead(bytes);
  if (state_ == State::kBody) taken += FeedBody(bytes.substr(taken));
  return taken;
}

size_t RequestReader::FeedHead(std::string_view bytes) {
  const size_t room = options_.head_bytes_max - head_.size();
  const size_t taken = scanner_.Feed(bytes.substr(0, room));
  head_.append(bytes.substr(0, taken));
  if (scanner_.state() == HeadScanner::State::kBad) {
    Fail(400, absl::StrCat("the request has ",
                           absl::string_view(scanner_.reason().data(),
                                             scanner_.reason().size())));
  } else if (scanner_.state() == HeadScanner::State::kDone) {
    ParseHead();
  } else if (head_.size() >= options_.head_bytes_max) {
    Fail(431, absl::StrCat("the head of the request is longer than ",
                           options_.head_bytes_max, " bytes"));
  }
  return taken;
}

void RequestReader::ParseHead() {
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(options_.head_bytes_max));
  parser_->body_limit(options_.body_bytes_max);
  beast::error_code error;
  const size_t used = parser_->put(boost::asio::buffer(head_), error);
  if (error == beast::http::error::body_limit) {
    return FailTooLong();
  }
  if (error == beast::http::error::bad_version) {
    return Fail(505, "this is not HTTP/1.1; HTTP/2 is spoken by the gRPC port");
  }
  if (error || used != head_.size() || !parser_->is_header_done()) {
    return Fail(400, absl::StrCat("the request is not well-formed: ",
                                  error ? error.message() : "its head"));
  }
  if (!ReadFields()) return;
  state_ = State::kHeadDone;
}

bool RequestReader::ReadFields() {
  const auto& message = parser_->get();
  const std::pair<field, std::string*> wanted[] = {
      {field::host, &request_.host},
      {field::origin, &request_.origin},
      {field::content_type, &request_.content_type},
      {field::content_encoding, &request_.content_encoding},
      {field::accept_encoding, &request_.accept_encoding},
      {field::expect, &request_.expect},
      {field::access_control_request_method,
       &request_.access_control_request_method},
  };
  const std::pair<const char*, std::string*> ours[] = {
      {"connect-content-encoding", &request_.connect_content_encoding},
      {"connect-accept-encoding", &request_.connect_accept_encoding},
      {"connect-protocol-version", &request_.connect_protocol_version},
      {"connect-timeout-ms", &request_.connect_timeout_ms},
  };
  for (const auto& [name, value] : wanted) {
    if (message.count(name) > 1) {
      Fail(400, absl::StrCat("the header ", Text(to_string(name)),
                             " came more than once"));
      return false;
    }
    *value = Text(message[name]);
  }
  for (const auto& [name, value] : ours) {
    if (message.count(name) > 1) {
      Fail(400, absl::StrCat("the header ", name, " came more than once"));
      return false;
    }
    *value = Text(message[name]);
  }
  if (message.count(field::authorization) > 1) {
    Fail(400, "the header Authorization came more than once");
    return false;
  }
  if (message.count(field::authorization) == 1) {
    request_.authorization = Text(message[field::authorization]);
  }
  const std::string coding = Text(message[field::transfer_encoding]);
  if (message.count(field::transfer_encoding) > 1 ||
      (message.count(field::transfer_encoding) == 1 &&
       !absl::EqualsIgnoreCase(coding, "chunked"))) {
    Fail(400, "another transfer coding than chunked");
    return false;
  }
  // The parser takes "5, 5" for 5; nobody who means well sends it.
  if (message.count(field::content_length) > 1 ||
      absl::StrContains(Text(message[field::content_length]), ",")) {
    Fail(400, "more than one Content-Length");
    return false;
  }
  request_.is_http_1_0 = message.version() == 10;
  if (request_.is_http_1_0 && !coding.empty()) {
    Fail(400, "HTTP/1.0 with a transfer coding");
    return false;
  }
  if (!request_.is_http_1_0 && message.count(field::host) != 1) {
    Fail(400, "a request of HTTP/1.1 without Host");
    return false;
  }
  request_.method = Text(message.method_string());
  const std::string target = Text(message.target());
  request_.path = target.substr(0, target.find('?'));
  request_.keep_alive = parser_->keep_alive();
  request_.has_body = body_length() != uint64_t{0};
  return true;
}

void RequestReader::BeginBody() {
  SKONTRO_CHECK(state_ == State::kHeadDone);
  state_ = request_.has_body ? State::kBody : State::kDone;
  if (parser_->chunked()) chunked_.emplace(options_.body_bytes_max);
}

size_t RequestReader::FeedBody(std::string_view bytes) {
  if (!chunked_.has_value()) {
    const size_t taken =
        std::min<uint64_t>(*body_length() - request_.body.size(), bytes.size());
    request_.body.append(bytes.substr(0, taken));
    if (request_.body.size() == *body_length()) state_ = State::kDone;
    return taken;
  }
  const size_t taken = chunked_->Feed(bytes, &request_.body);
  switch (chunked_->state()) {
    case ChunkedBody::State::kMore:
      break;
    case ChunkedBody::State::kDone:
      state_ = State::kDone;
      break;
    case ChunkedBody::State::kTooLong:
      FailTooLong();
      break;
    case ChunkedBody::State::kBad:
      Fail(400, "the body is not chunked as it should be");
  }
  return taken;
}

void RequestReader::FailTooLong() {
  Fail(413, absl::StrCat("the body is longer than ", options_.body_bytes_max,
                         " bytes"));
}

void RequestReader::Reset() {
  SKONTRO_CHECK(state_ == State::kDone);
  state_ = State::kHead;
  scanner_ = HeadScanner();
  head_.clear();
  parser_.reset();
  chunked_.reset();
  request_ = Request();
}

void RequestReader::Fail(int status, std::string_view message) {
  state_ = State::kFailed;
  failure_ = {status, std::string(message)};
}

}  // namespace skontro::server::http
