// A Receiver is what a webhook calls, in this process: it keeps what came and
// answers as a test says, well or badly. On the loopback, over plain HTTP.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_TESTS_SERVER_WEBHOOK_RECEIVER_H_
#define SKONTRO_TESTS_SERVER_WEBHOOK_RECEIVER_H_

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace skontro::server {

class Receiver {
 public:
  enum class Manner {
    kTakes,      // 204
    kFails,      // 500
    kRedirects,  // 302 to itself
    kHangs,      // Reads and says nothing.
    kDrips,      // A byte of the answer now and then, without an end.
    kCloses,     // Hangs up when the request has come.
    kTalks,      // 200, with a body that does not end.
  };

  struct Message {
    std::map<std::string, std::string> headers;  // Names in lower case.
    std::string target;
    std::string body;
  };

  Receiver();
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string url() const;
  void set_manner(Manner manner) { manner_ = manner; }

  // What came, in order; also what was not taken.
  std::vector<Message> messages() const;
  size_t count() const { return messages().size(); }

  // Waits until so many have come; false after 30 s.
  bool WaitFor(size_t count) const;

 private:
  void Accept();
  void Serve(boost::asio::ip::tcp::socket* socket);
  void Answer(boost::asio::ip::tcp::socket* socket);

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::atomic<Manner> manner_ = Manner::kTakes;
  std::atomic<bool> leaving_ = false;
  mutable absl::Mutex mutex_;
  std::vector<Message> messages_ ABSL_GUARDED_BY(mutex_);
  std::list<std::thread> connections_;  // Of the thread that accepts.
  std::thread thread_;
};

// Waits until `holds` does; false after 30 s.
template <typename Holds>
bool Eventually(Holds holds) {
  for (int i = 0; i < 3'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace skontro::server

#endif  // SKONTRO_TESTS_SERVER_WEBHOOK_RECEIVER_H_
