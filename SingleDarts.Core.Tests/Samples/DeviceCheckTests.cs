using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>The sample Benchmarks checks a device; here the CPU, which is the same as itself.</summary>
public class DeviceCheckTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public void Every_check_passes_on_the_CPU()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        string json = Path.Combine(folder.Path, "check.json");
        var (code, output, error) = Run("--device", "cpu", "--json", json);
        code.Should().Be(0, output + error);
        output.Should().Contain("passed   end of the process: exit code 0").And.Contain(" 0 failed, 1 skipped")
            .And.Contain("skipped  no part of a step waits for the device");
        JsonNode.Parse(File.ReadAllText(json))!["checks"]!.AsArray().Select(check => (string?)check!["outcome"])
            .Should().HaveCountGreaterThan(25).And.NotContain("failed");
    }

    [Fact]
    public void A_process_that_says_nothing_fails_its_check_and_hides_no_other()
    {
        var (code, output, error) = Run("--device", "cpu", "--only", "TorchScript", "--limit", "0");
        code.Should().Be(1, output + error);
        output.Should().MatchRegex("failed +libtorch and the device: nothing was heard")
            .And.MatchRegex("failed +TorchScript: nothing was heard").And.Contain("0 passed, 2 failed");
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void A_device_that_is_not_there_is_named_and_the_rest_is_skipped()
    {
        var (code, output, error) = Run("--device", "cuda:99", "--only", "TorchScript");
        code.Should().Be(1, output + error);
        output.Should().MatchRegex("failed +libtorch and the device: .*no device 'cuda:99'")
            .And.Contain("skipped  TorchScript: there is no device");
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string sample = Path.Combine(Repository.Root, "samples", "Benchmarks", "bin", configuration, "net10.0", "Benchmarks.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [sample, "device-check", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
