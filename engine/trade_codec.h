// The event that most records hold, written and read without the generated
// class of `skontro.storage.v1.Event`: that of a trade that was created.
//
// Thread safety: pure functions.

#ifndef SKONTRO_ENGINE_TRADE_CODEC_H_
#define SKONTRO_ENGINE_TRADE_CODEC_H_

#include <string>
#include <string_view>

#include "engine/event.h"

namespace skontro::engine {

// The bytes of an `Event` that the generated class would write.
std::string WriteTradeCreated(const TradeCreated& created);

// Reads an `Event` of which nothing is set but `trade_created`. False if the
// bytes are anything else, or anything unusual; then the generated class has to
// say what they are, and `created` holds anything.
// REQUIRES: `created` is as it is made.
bool ReadTradeCreated(std::string_view event, TradeCreated* created);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_TRADE_CODEC_H_
