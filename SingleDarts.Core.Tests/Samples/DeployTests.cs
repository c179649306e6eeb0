using System.Diagnostics;
using System.Text.RegularExpressions;

namespace SingleDarts.Core.Tests.Samples;

/// <summary>The sample Deploy in a process of its own.</summary>
public class DeployTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public void The_deployed_file_classifies_as_the_trained_network_does()
    {
        using var folder = new TemporaryFolder();
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string sample = Path.Combine(Repository.Root, "samples", "Deploy", "bin", configuration, "net10.0", "Deploy.dll");
        var start = new ProcessStartInfo("dotnet", [sample, folder["model.onnx"]]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, output);

        double Share(string line) => double.Parse(Regex.Match(output, $@"^{line} +([\d.]+) ?%", RegexOptions.Multiline).Groups[1].Value);
        Share("Trained").Should().BeGreaterThan(20, "chance is 10%");
        Share("Deployed").Should().BeApproximately(Share("Trained"), 0.51, "rounding may change one image of 200");
        Regex.Match(output, @"Exported ([\d,]+) bytes").Groups[1].Value.Replace(",", "").Should()
            .Be(new FileInfo(folder["model.onnx"]).Length.ToString());
    }

    [Fact]
    public void The_part_that_classifies_needs_ONNX_Runtime_alone() =>
        Repository.Read("samples/Deploy/Classifier.cs").Should().NotContainAny("TorchSharp", "SingleDarts", "torch");
}
