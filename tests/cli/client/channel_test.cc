#include "cli/client/channel.h"

#include <gtest/gtest.h>

namespace skontro::client {
namespace {

TEST(ChannelTest, ThisMachineIsLocalhostOrAnAddressOfTheLoopback) {
  for (const char* here : {"localhost:7411", "127.0.0.1:7411", "127.8.9.1:1",
                           "[::1]:7411", "[0:0:0:0:0:0:0:1]:7411"}) {
    EXPECT_TRUE(IsLoopback(here)) << here;
  }
}

TEST(ChannelTest, ANameThatLooksLikeThisMachineMayBeAnywhere) {
  for (const char* elsewhere :
       {"127.example.org:7411", "127.0.0.1.example.org:7411", "127.1:7411",
        "127.0.0.256:7411", "localhost.example.org:7411", "128.0.0.1:7411",
        "[::2]:7411", "[127.0.0.1]:7411", "[localhost]:7411", "[]:7411",
        "192.0.2.1:7411", "0.0.0.0:7411", ""}) {
    EXPECT_FALSE(IsLoopback(elsewhere)) << elsewhere;
  }
}

}  // namespace
}  // namespace skontro::client
