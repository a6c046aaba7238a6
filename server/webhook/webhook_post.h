// A WebhookPoster makes POST requests: one connection for each, to an address
// that the operator lets be called, encrypted with a certificate that is
// checked against the name. It waits for the first lines of the answer and for
// no more, so an answer that does not end, or has no end, costs nothing.
//
// Thread safety: Post() and the callbacks are of the thread that runs the
// io_context; the rest belongs to who owns it.

#ifndef SKONTRO_SERVER_WEBHOOK_WEBHOOK_POST_H_
#define SKONTRO_SERVER_WEBHOOK_WEBHOOK_POST_H_

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/webhook/webhook_access.h"
#include "server/webhook/webhook_options.h"
#include "server/webhook/webhook_url.h"

namespace skontro::server {

struct WebhookRequest {
  WebhookUrl url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// What became of an attempt.
struct WebhookReply {
  int status = 0;     // 0 where there was no answer.
  std::string error;  // Why it was not taken, in one line; empty where it was.

  bool ok() const { return error.empty(); }
};

class WebhookPoster {
 public:
  using OnReply = std::function<void(WebhookReply)>;

  // Both must outlive it. Returns INVALID_ARGUMENT for a file of authorities
  // that cannot be read.
  static absl::StatusOr<std::unique_ptr<WebhookPoster>> Make(
      const WebhookOptions& options, const WebhookAccess* access,
      boost::asio::io_context* io);

  // Waits for names that are being resolved.
  ~WebhookPoster();

  WebhookPoster(const WebhookPoster&) = delete;
  WebhookPoster& operator=(const WebhookPoster&) = delete;

  // Makes one attempt, and calls back when it is over.
  void Post(WebhookRequest request, OnReply done);

 private:
  struct Shared;
  explicit WebhookPoster(std::shared_ptr<Shared> shared);

  const std::shared_ptr<Shared> shared_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_WEBHOOK_WEBHOOK_POST_H_
