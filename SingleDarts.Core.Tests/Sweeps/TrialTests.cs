using System.Text.Json.Nodes;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Sweeps;

public class TrialTests
{
    [Theory]
    [InlineData("{}", "44136fa355b3678a")] // printf '%s' '{}' | sha256sum
    [InlineData("""{ "b": [1, null, "α"], "a": { "d": 0.0003, "c": true } }""", "96cef5973e4435bf")]
    public void Name_is_the_hash_of_the_sorted_compact_document(string options, string hash) =>
        new Trial(JsonNode.Parse(options)!.AsObject()).Hash.Should().Be(hash);

    [Fact]
    public void Order_of_properties_makes_no_other_cell_and_every_value_does()
    {
        var trial = new Trial(new JsonObject { ["a"] = 1, ["b"] = 2 });
        trial.Should().Be(new Trial(new JsonObject { ["b"] = 2, ["a"] = 1 }));
        trial.Should().NotBe(new Trial(new JsonObject { ["a"] = 2, ["b"] = 1 }));
        trial.Should().NotBe(new Trial(new JsonObject { ["a"] = 1 }));
    }

    [Fact]
    public void A_cell_does_not_change_with_the_document_it_was_made_of()
    {
        var options = new JsonObject { ["a"] = 1 };
        var trial = new Trial(options);
        options["a"] = 2;
        trial.Options["a"] = 3;
        trial.Options["a"]!.GetValue<int>().Should().Be(1);
    }
}
