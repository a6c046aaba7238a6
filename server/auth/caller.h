// A Caller is who makes a call, as its credentials prove, and which networks it
// reaches.

#ifndef SKONTRO_SERVER_AUTH_CALLER_H_
#define SKONTRO_SERVER_AUTH_CALLER_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/actor.h"
#include "server/client_use.h"

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

  // Lets it reach one more network, as `actor`. What it uses counts for the
  // first.
  void Reach(std::string network, engine::Actor actor,
             std::shared_ptr<ClientUse> use) {
    actors_.emplace_back(std::move(network), std::move(actor));
    if (use_ == nullptr) use_ = std::move(use);
  }

  // Who it is in that network; nullptr if it does not reach it.
  const engine::Actor* In(std::string_view network) const {
    for (const auto& [id, actor] : actors_) {
      if (everywhere_ || id == network) return &actor;
    }
    return nullptr;
  }

  bool everywhere() const { return everywhere_; }

  // Whether it reaches a network as an actor like that.
  template <typename Predicate>
  bool ReachesAs(Predicate predicate) const {
    for (const auto& [id, actor] : actors_) {
      if (predicate(actor)) return true;
    }
    return false;
  }

  // What it uses of the server; null for who runs it, and has no limits.
  const std::shared_ptr<ClientUse>& use() const { return use_; }

  // Who it is anywhere. REQUIRES: it reaches a network, or all.
  const engine::Actor& first() const { return actors_.front().second; }

 private:
  bool everywhere_ = false;
  std::vector<std::pair<std::string, engine::Actor>> actors_;
  std::shared_ptr<ClientUse> use_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_AUTH_CALLER_H_
