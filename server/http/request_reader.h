// A RequestReader makes a Request out of bytes as they arrive, in pieces of any
// size, and stops in between when the head is complete, so that a request may
// be refused before its body is read. It touches no socket and no clock.
//
// Refused, since two readers could disagree about them: what HeadScanner
// refuses; Content-Length beside Transfer-Encoding, or either twice; another
// transfer coding than chunked; two values of a header that we look at; a
// request of HTTP/1.1 without Host.

#ifndef SKONTRO_SERVER_HTTP_REQUEST_READER_H_
#define SKONTRO_SERVER_HTTP_REQUEST_READER_H_

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/chunked_body.h"
#include "server/http/head_scanner.h"
#include "server/http/options.h"
#include "server/http/request.h"

namespace skontro::server::http {

class RequestReader {
 public:
  enum class State {
    kHead,      // Wants bytes of the head.
    kHeadDone,  // request() has the head; BeginBody() goes on.
    kBody,      // Wants bytes of the body.
    kDone,      // request() is complete.
    kFailed,    // failure() says why; nothing more can be read.
  };

  struct Failure {
    int status = 400;
    std::string message;
  };

  explicit RequestReader(const Options& options) : options_(options) {}

  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Reads on from `bytes` and returns how many it took: all of them, unless the
  // state changed to one that wants none.
  size_t Feed(std::string_view bytes);

  // REQUIRES: state() is kHeadDone.
  void BeginBody();

  // Begins with the next request. REQUIRES: state() is kDone.
  void Reset();

  State state() const { return state_; }
  // Whether nothing of a request has come yet.
  bool is_idle() const { return state_ == State::kHead && head_.empty(); }
  const Failure& failure() const { return failure_; }
  Request& request() { return request_; }
  // Of the body, as announced; nullopt for a chunked one.
  std::optional<uint64_t> body_length() const;

 private:
  using Parser =
      boost::beast::http::request_parser<boost::beast::http::empty_body>;

  size_t FeedHead(std::string_view bytes);
  size_t FeedBody(std::string_view bytes);
  void ParseHead();
  bool ReadFields();
  void FailTooLong();
  void Fail(int status, std::string_view message);

  const Options& options_;
  State state_ = State::kHead;
  HeadScanner scanner_;
  std::string head_;
  std::optional<Parser> parser_;  // Of the head alone.
  std::optional<ChunkedBody> chunked_;
  Request request_;
  Failure failure_;
};

}  // namespace skontro::server::http

#endif  // SKONTRO_SERVER_HTTP_REQUEST_READER_H_
