// An HttpScene is a Scene with a listener for JSON over HTTP before it, and a
// client that sends whatever bytes a test gives it.

#ifndef SKONTRO_TESTS_SERVER_HTTP_HTTP_SCENE_H_
#define SKONTRO_TESTS_SERVER_HTTP_HTTP_SCENE_H_

#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "server/gauges.h"
#include "server/http/http_server.h"
#include "tests/server/scene.h"

namespace skontro::server::http {

// A response as it came.
struct Answer {
  int status = 0;  // 0: the connection ended without one.
  std::string head;
  std::string body;  // Without its chunks.

  // The value of a header; the name in the letters it was sent with.
  std::string Header(const std::string& name) const;
};

// A connection to the listener; every read gives up after some seconds.
class Wire {
 public:
  // `receive_buffer` in bytes; 0 leaves it to the system.
  explicit Wire(int port, int receive_buffer = 0);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // False where the other side does not take it.
  bool Send(std::string_view bytes);
  void EndSending();

  // The next response; of status 0 if there is none.
  Answer Receive();
  // Whether nothing more comes, and the connection has ended.
  bool IsClosed();
  // Everything until the connection ends.
  std::string ReceiveAll();
  // At most so many bytes of what comes next.
  std::string ReceiveSome(size_t bytes);

 private:
  bool Fill();

  int fd_ = -1;
  std::string in_;
};

class HttpScene {
 public:
  explicit HttpScene(Options options = {}, bool serves = true);
  ~HttpScene();

  Scene& scene() { return scene_; }
  HttpServer& http() { return *http_; }
  int port() const { return http_->port(); }
  void Serve();

  // One call, on a connection of its own.
  Answer Call(const std::string& method, const std::string& json,
              const std::string& headers = "");
  Answer Get(const std::string& path);

 private:
  Log log_{STDERR_FILENO, LogFormat::kText, LogLevel::kWarning};
  Scene scene_;
  LimitsGauge limits_;
  std::unique_ptr<HttpServer> http_;
};

// The bytes of a request with a body. `headers` end with CRLF each.
std::string PostBytes(const std::string& path, const std::string& body,
                      const std::string& headers = "",
                      const std::string& type = "application/json");

// A trade that is paid at once, as JSON.
std::string SaleJson(const std::string& request_id, const std::string& units);

inline constexpr char kCreateTrade[] = "/skontro.v1.TradeService/CreateTrade";

}  // namespace skontro::server::http

#endif  // SKONTRO_TESTS_SERVER_HTTP_HTTP_SCENE_H_
