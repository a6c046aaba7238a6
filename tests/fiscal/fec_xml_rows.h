// A second reader of the XML variant of the FEC: it turns the tree back into
// the rows of the flat file, by an XML parser and rules of its own, and accepts
// nothing that it does not know.

#ifndef SKONTRO_TESTS_FISCAL_FEC_XML_ROWS_H_
#define SKONTRO_TESTS_FISCAL_FEC_XML_ROWS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace skontro::fiscal {

using FecRow = std::vector<std::string>;

class FecXmlReader {
 public:
  // The rows of `xml`, journal by journal, all 18 fields of each. Whatever is
  // not as it has to be fails the test.
  std::vector<FecRow> Read(const std::string& xml) {
    std::istringstream in(xml);
    Tree tree;
    boost::property_tree::read_xml(in, tree);
    rows_.clear();
    journals_.clear();
    const Tree& root = tree.get_child("comptabilite");
    EXPECT_EQ(root.get<std::string>("<xmlattr>.xsi:noNamespaceSchemaLocation"),
              "formatA47A-I-VII-1.xsd");
    const Tree& year = root.get_child("exercice");
    closing_ = Text(year, "DateCloture");
    for (const auto& [name, part] : year) {
      if (name == "journal") {
        ReadJournal(part);
      } else {
        EXPECT_EQ(name, "DateCloture");
      }
    }
    return rows_;
  }

  // Of what was read last.
  const std::string& closing() const { return closing_; }
  const std::vector<std::string>& journals() const { return journals_; }

 private:
  using Tree = boost::property_tree::ptree;

  static std::string Text(const Tree& parent, const char* name) {
    EXPECT_LE(parent.count(name), 1u) << name;
    return parent.get<std::string>(name, "");
  }

  static std::string Needed(const Tree& parent, const char* name) {
    EXPECT_EQ(parent.count(name), 1u) << name;
    return Text(parent, name);
  }

  // An element that is either left out or holds something.
  static std::string Optional(const Tree& parent, const char* name) {
    std::string text = Text(parent, name);
    EXPECT_EQ(text.empty(), parent.count(name) == 0) << name;
    return text;
  }

  // "2025-03-14" as "20250314".
  static std::string Day(std::string text) {
    if (text.empty()) return text;
    EXPECT_EQ(text.size(), 10u) << text;
    text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
    EXPECT_EQ(text.find_first_not_of("0123456789"), std::string::npos) << text;
    return text;
  }

  static std::string Number(std::string text) {
    std::replace(text.begin(), text.end(), '.', ',');
    return text;
  }

  // Zero with the decimals of `number`.
  static std::string ZeroLike(const std::string& number) {
    const size_t comma = std::min(number.find(','), number.size());
    std::string zero = "0" + number.substr(comma);
    for (char& c : zero) c = c == ',' ? c : '0';
    return zero;
  }

  static void ExpectKnown(const Tree& parent,
                          const std::set<std::string>& names) {
    for (const auto& [name, child] : parent) {
      EXPECT_EQ(names.count(name), 1u) << name;
      EXPECT_TRUE(name == "ecriture" || name == "ligne" || child.empty());
    }
  }

  void ReadJournal(const Tree& journal) {
    ExpectKnown(journal, {"JournalCode", "JournalLib", "ecriture"});
    journals_.push_back(Needed(journal, "JournalCode"));
    for (const auto& [name, entry] : journal) {
      if (name == "ecriture") ReadEntry(journal, entry);
    }
  }

  void ReadEntry(const Tree& journal, const Tree& entry) {
    ExpectKnown(entry,
                {"EcritureNum", "EcritureDate", "EcritureLib", "PieceRef",
                 "PieceDate", "EcritureLet", "DateLet", "ValidDate", "ligne"});
    const size_t begin = rows_.size();
    for (const auto& [name, line] : entry) {
      if (name == "ligne") ReadLine(journal, entry, line);
    }
    EXPECT_GE(rows_.size() - begin, 2u);
    // What the entry says of its lettering is what its lines say.
    std::set<std::pair<std::string, std::string>> letterings;
    for (size_t i = begin; i < rows_.size(); ++i) {
      if (!rows_[i][13].empty()) letterings.emplace(rows_[i][13], rows_[i][14]);
    }
    const std::pair<std::string, std::string> own = {
        Optional(entry, "EcritureLet"), Day(Optional(entry, "DateLet"))};
    ASSERT_EQ(!own.first.empty(), letterings.size() == 1);
    EXPECT_TRUE(own.first.empty() || own == *letterings.begin());
  }

  void ReadLine(const Tree& journal, const Tree& entry, const Tree& line) {
    ExpectKnown(line, {"CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
                       "Montantdevise", "Idevise", "Debit", "Credit",
                       "EcritureLet", "DateLet"});
    std::string debit = Number(Optional(line, "Debit"));
    std::string credit = Number(Optional(line, "Credit"));
    EXPECT_NE(debit.empty(), credit.empty());
    if (debit.empty()) debit = ZeroLike(credit);
    if (credit.empty()) credit = ZeroLike(debit);
    rows_.push_back(
        {Needed(journal, "JournalCode"), Needed(journal, "JournalLib"),
         Needed(entry, "EcritureNum"), Day(Needed(entry, "EcritureDate")),
         Needed(line, "CompteNum"), Needed(line, "CompteLib"),
         Optional(line, "CompAuxNum"), Optional(line, "CompAuxLib"),
         Needed(entry, "PieceRef"), Day(Needed(entry, "PieceDate")),
         Needed(entry, "EcritureLib"), debit, credit,
         Optional(line, "EcritureLet"), Day(Optional(line, "DateLet")),
         Day(Needed(entry, "ValidDate")),
         Number(Optional(line, "Montantdevise")), Optional(line, "Idevise")});
  }

  std::string closing_;
  std::vector<std::string> journals_;
  std::vector<FecRow> rows_;
};

}  // namespace skontro::fiscal

#endif  // SKONTRO_TESTS_FISCAL_FEC_XML_ROWS_H_
