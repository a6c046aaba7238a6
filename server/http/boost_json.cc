// The part of Boost.JSON that is no template, compiled once: Boost is used by
// its headers alone.

#include <boost/json/src.hpp>
