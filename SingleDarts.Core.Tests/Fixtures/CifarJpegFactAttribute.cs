namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A fact that needs CIFAR-10 as JPEG files (train/ and test/) in the folder SINGLEDARTS_CIFAR10_JPEG.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CifarJpegFactAttribute : FactAttribute
{
    public CifarJpegFactAttribute()
    {
        if (!Directory.Exists(Path.Combine(Folder, "test")))
            Skip = "No JPEG version of CIFAR-10; set SINGLEDARTS_CIFAR10_JPEG to the folder that holds its train/ and test/.";
    }

    public static string Folder => Environment.GetEnvironmentVariable("SINGLEDARTS_CIFAR10_JPEG") ?? "";
}
