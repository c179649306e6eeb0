using System.Diagnostics;

namespace SingleDarts.Core.Tests.Data;

/// <summary>The package's targets look at the packages of an application.</summary>
public class SkiaVersionWarningTests
{
    [Theory]
    [InlineData("2.88.6", "2.88.6", "", false)]
    [InlineData("3.119.4", "3.119.4", "", false)]
    [InlineData("2.88.6", "4.155.0", "", true)]
    [InlineData("2.88.6", "4.155.0", "-p:SingleDartsCheckSkiaSharp=false", false)]
    [InlineData("3.119.4", "2.88.6", "", true)]
    public void Parts_of_SkiaSharp_of_different_versions_are_warned_of(string managed, string native, string option, bool isWarned)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["app.proj"], $"""
            <Project>
              <Target Name="ResolvePackageAssets">
                <ItemGroup>
                  <RuntimeCopyLocalItems Include="SkiaSharp.dll" NuGetPackageId="SkiaSharp" NuGetPackageVersion="{managed}" />
                  <RuntimeCopyLocalItems Include="Other.dll" NuGetPackageId="Other" NuGetPackageVersion="1.0.0" />
                  <RuntimeTargetsCopyLocalItems Include="a.so;b.so" NuGetPackageId="SkiaSharp.NativeAssets.Linux.NoDependencies" NuGetPackageVersion="{native}" />
                  <RuntimeTargetsCopyLocalItems Include="c.dll" NuGetPackageId="SkiaSharp.NativeAssets.Win32" NuGetPackageVersion="{managed}" />
                </ItemGroup>
              </Target>
              <Import Project="{Path.Combine(Repository.Root, "SingleDarts.Core", "buildTransitive", "SingleDarts.Core.targets")}" />
            </Project>
            """);
        string[] options = option.Length > 0 ? [option] : [], arguments =
            ["msbuild", "-nologo", "-t:ResolvePackageAssets", folder["app.proj"], .. options];
        using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, output);
        if (isWarned)
            output.Should().Contain($"warning SINGLEDARTS001: SkiaSharp is {managed}, but its native library is " +
                $"SkiaSharp.NativeAssets.Linux.NoDependencies {native}; images may not be decoded. Take the same version: dotnet add " +
                $"package SkiaSharp.NativeAssets.Linux.NoDependencies --version {managed}")
                .And.NotContain("Win32");
        else
            output.Should().NotContain("SINGLEDARTS001");
    }
}
