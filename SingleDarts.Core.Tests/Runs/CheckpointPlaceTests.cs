using SingleDarts.Core.Runs;

namespace SingleDarts.Core.Tests.Runs;

public class CheckpointPlaceTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        foreach (var place in new CheckpointPlace[] { new(0, 0), new(3, 17), new(5, 0, new RunStop("stable", 4)) })
            CheckpointPlace.Read(place.ToMetadata(), "folder").Should().Be(place);
    }

    [Theory]
    [InlineData("format", "1", "format '1'")]
    [InlineData("format", null, "format 'none'")]
    [InlineData("epoch", "-1", "does not say at which epoch and step")]
    [InlineData("epoch", null, "does not say at which epoch and step")]
    [InlineData("step", "1.5", "does not say at which epoch and step")]
    [InlineData("step", "99999999999", "does not say at which epoch and step")]
    public void Another_format_or_no_place_is_named(string name, string? value, string expected)
    {
        Dictionary<string, string> metadata = new CheckpointPlace(3, 17).ToMetadata();
        metadata.Remove(name);
        if (value is not null)
            metadata[name] = value;
        FluentActions.Invoking(() => CheckpointPlace.Read(metadata, "folder")).Should().Throw<InvalidDataException>()
            .WithMessage($"The checkpoint in folder *{expected}*");
    }

    [Fact]
    public void A_stop_without_its_epoch_is_that_of_the_checkpoint()
    {
        Dictionary<string, string> metadata = new CheckpointPlace(3, 0, new RunStop("stable", 2)).ToMetadata();
        metadata["resultEpoch"] = "second";
        CheckpointPlace.Read(metadata, "folder").Stop.Should().Be(new RunStop("stable", 3));
    }
}
