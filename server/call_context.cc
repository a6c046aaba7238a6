#include "server/call_context.h"

#include <algorithm>

#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::server {
namespace {

// How soon trades of other calls of the client may have been answered.
constexpr absl::Duration kItemsPause = absl::Milliseconds(10);

}  // namespace

CallContext::~CallContext() {
  if (use_ == nullptr) return;
  use_->GiveItems(items_);
  use_->End(is_stream_);
}

CallContext& CallContext::Of(grpc::CallbackServerContext* context) {
  auto* const call = dynamic_cast<CallContext*>(context);
  SKONTRO_CHECK(call != nullptr);
  return *call;
}

absl::Status CallContext::Begin(std::shared_ptr<ClientUse> use,
                                bool is_stream) {
  SKONTRO_CHECK(!has_begun_);
  has_begun_ = true;
  if (use == nullptr) return absl::OkStatus();
  SKONTRO_RETURN_IF_ERROR(
      use->Begin(limits_, is_stream, bytes_, clock_.NowUs()));
  is_stream_ = is_stream;
  use_ = std::move(use);
  return absl::OkStatus();
}

absl::Status CallContext::TakeItems(int64_t items) {
  if (use_ == nullptr) return absl::OkStatus();
  SKONTRO_RETURN_IF_ERROR(use_->TakeItems(limits_, items, clock_.NowUs()));
  items_ += items;
  return absl::OkStatus();
}

absl::Duration CallContext::TakeStreamItems(int64_t items) {
  if (use_ == nullptr) return absl::ZeroDuration();
  use_->AddItems(items);
  items_ += items;
  const int64_t wait_us = use_->Pay(limits_, items, 0, clock_.NowUs());
  return std::max(absl::Microseconds(wait_us), StreamPause());
}

void CallContext::GiveItems(int64_t items) {
  if (use_ == nullptr) return;
  use_->GiveItems(items);
  items_ -= items;
}

absl::Duration CallContext::StreamPause() const {
  if (use_ == nullptr) return absl::ZeroDuration();
  const bool too_many = limits_.items_max > 0 &&
                        use_->items() > limits_.items_max &&
                        use_->items() > items_;
  const int64_t wait_us = use_->Pay(limits_, 0, 0, clock_.NowUs());
  return std::max(absl::Microseconds(wait_us),
                  too_many ? kItemsPause : absl::ZeroDuration());
}

void CallContext::Pay(int64_t bytes) {
  if (!has_begun_) {
    bytes_ += bytes;
  } else if (use_ != nullptr) {
    use_->Pay(limits_, 0, bytes, clock_.NowUs());
  }
}

}  // namespace skontro::server
