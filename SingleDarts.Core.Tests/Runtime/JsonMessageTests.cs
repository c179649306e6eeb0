using System.Text;
using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Sweeps;

namespace SingleDarts.Core.Tests.Runtime;

/// <summary>The parser of .NET quotes what follows a wrong letter to the end of the text, and names of properties in full. A fuzzer found
/// a message of 24,253 characters about the header of a safetensors file.</summary>
public class JsonMessageTests
{
    private static readonly string Letters = new('x', 30_000);

    [Theory]
    [InlineData("{0}")]
    [InlineData("{{\"epoch\": 1, \"architecture\": {{\"{0}\": 5}}}}")]
    [InlineData("{{\"{0}\": 1, \"{0}\": 2}}")]
    [InlineData("n\u001b[31m")]
    public void Messages_about_foreign_json_are_short_and_without_control_characters(string form)
    {
        string text = string.Format(null, form, "n" + Letters);
        using var folder = new TemporaryFolder();
        byte[] content = Encoding.UTF8.GetBytes(text);
        folder.Write("header.safetensors", [.. BitConverter.GetBytes((long)content.Length), .. content]);
        folder.Write("options/options.json", content);
        folder.Write("epochs/options.json", "{}"u8.ToArray());
        folder.Write("epochs/epochs.jsonl", [.. content, .. "\n{}\n"u8]);
        folder.Write("sweep/sweep.json", content);
        IsBounded(() => SafeTensorsFile.Read(folder["header.safetensors"]));
        IsBounded(() => RecordedRun.Open(folder["epochs"]));
        IsBounded(() => SweepFolder.Open(folder["sweep"]));
        if (!text.Contains("architecture"))
            IsBounded(() => RecordedRun.Open(folder["options"]));
    }

    private static void IsBounded(Action read)
    {
        InvalidDataException e = read.Should().Throw<InvalidDataException>().Which;
        e.Message.Length.Should().BeLessThan(800, e.Message[..Math.Min(200, e.Message.Length)]);
        e.Message.Should().NotContain("\u001b").And.NotContain("\n");
        e.ToString().Length.Should().BeLessThan(8_000, "what is logged has no more of the file than the message");
    }
}
