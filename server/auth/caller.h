// A Caller is who makes a call, as its credentials prove, and which networks it
// reaches.

#ifndef SKONTRO_SERVER_AUTH_CALLER_H_
#define SKONTRO_SERVER_AUTH_CALLER_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/actor.h"

namespace skontro::server {

class Caller {
 public:
  // Reaches no network.
  Caller() = default;

  // Who runs the server: reaches every network, and may create them.
  static Caller Everywhere(engine::Actor actor) {
    Caller caller;
    caller.everywhere_ = true;
    caller.actors_.emplace_back("", std::move(actor));
    return caller;
  }

  // Lets it reach one more network, as `actor`.
  void Reach(std::string network, engine::Actor actor) {
    actors_.emplace_back(std::move(network), std::move(actor));
  }

  // Who it is in that network; nullptr if it does not reach it.
  const engine::Actor* In(std::string_view network) const {
    for (const auto& [id, actor] : actors_) {
      if (everywhere_ || id == network) return &actor;
    }
    return nullptr;
  }

  bool everywhere() const { return everywhere_; }

  // Who it is anywhere. REQUIRES: it reaches a network, or all.
  const engine::Actor& first() const { return actors_.front().second; }

 private:
  bool everywhere_ = false;
  std::vector<std::pair<std::string, engine::Actor>> actors_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_CALLER_H_
