using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Tests.Runtime;

public class QuotedTests
{
    [Theory]
    [InlineData(null, "null")]
    [InlineData("", "''")]
    [InlineData("skip_connect", "'skip_connect'")]
    [InlineData("Größe 3×3 \U0001F600", "'Größe 3×3 \U0001F600'")]
    [InlineData("two\nlines\tand\r", @"'two\nlines\tand\r'")]
    [InlineData("\u001b]0;title\u0007", @"'\u001b]0;title\u0007'")]
    [InlineData("\u009b2J\u007f", @"'\u009b2J\u007f'")]
    [InlineData("a\u202egpj.exe\u2028", @"'a\u202egpj.exe\u2028'")]
    public void A_quotation_shows_what_a_terminal_would_obey(string? text, string expected) => Quoted.Of(text).Should().Be(expected);

    [Fact]
    public void A_quotation_has_at_most_100_characters_and_tells_the_length()
    {
        Quoted.Of(new string('a', 100)).Should().Be($"'{new string('a', 100)}'");
        Quoted.Of(new string('a', 101)).Should().Be($"'{new string('a', 100)}…' (101 characters)");
        Quoted.Of(new string('\u001b', 50)).Should().Be($"'{string.Concat(Enumerable.Repeat(@"\u001b", 16))}…' (50 characters)");
    }

    [Fact]
    public void Text_with_marks_of_its_own_gets_no_others()
    {
        Quoted.Shorten("[\"a\"]").Should().Be("[\"a\"]");
        Quoted.Shorten(new string('a', 101) + "\u001b").Should().Be($"{new string('a', 100)}… (102 characters)");
    }

    [Fact]
    public void A_cut_does_not_go_through_a_character() =>
        Quoted.Of(new string('a', 99) + "\U0001F600").Should().Be($"'{new string('a', 99)}…' (101 characters)");

    /// <summary>Attributes cannot hold them.</summary>
    [Fact]
    public void Half_a_character_is_shown_as_its_number()
    {
        Quoted.Of("half \ud83d.").Should().Be(@"'half \ud83d.'");
        Quoted.Of("half \ude00").Should().Be(@"'half \ude00'");
    }

    [Fact]
    public void Escaping_keeps_lines_and_everything_printable()
    {
        const string plain = "Größe\n\tzwei \U0001F600";
        Quoted.Escape(plain).Should().BeSameAs(plain);
        Quoted.Escape("a\r\nb").Should().Be("a\r\nb");
        Quoted.Escape("a\n\u001b[31mred\r\ttab").Should().Be("a\n\\u001b[31mred\\r\ttab");
    }
}
